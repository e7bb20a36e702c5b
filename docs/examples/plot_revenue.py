"""
The most that groups can be charged
===================================

Payments that keep truth best and every group in may exceed what the affine maximizer charges by a
floor: the least that a group's presence is worth, whatever its type. How much that is depends on
which types are possible.
"""

import numpy as np

import mdsolve as md

# %%
# On finitely many types the largest payment is a shortest path from staying out. A finer grid adds
# paths, so it falls, to the payment for the whole domain (dashed).
game = md.Game(
    [0.5, 0.3, 0.2],
    [[0.6, 0.3, 0.1], [0.1, 0.2, 0.7]],
    groups=["careful", "bold"],
)
resolutions = {"sum": (1, 2, 4, 8, 16, 32), "max": (1, 2, 4, 8, 16)}
curves = {
    f"{name}-normalized, {group}": md.finite_revenue_curve(
        md.SocialWelfare("kl", 0.3), game.normalized(name), group, name, steps
    )
    for name, steps in resolutions.items()
    for group in game.groups
}
md.plots.revenue_curve(curves)

# %%
# Who pays what share of all that the groups value the model at, against the strength, on a real
# table. A small strength lets the largest group have its way and pay for it. A large one leaves the
# model near the reference, where no group costs the others anything: then the floors are charged,
# which the affine maximizer (dashed) leaves to the groups.
real = md.Game.from_table(
    "../../problems/real/candidates/completions.csv",
    sizes={"readability": 1, "sentiment": 2, "brevity": 1, "similarity": 3},
    prompt="soft-egg",
).normalized("sum")
best, affine = md.RevenueMaximizing("sum", sizes=(1, 2, 3)), md.AffineMaximizer()


def runs(payment, games):
    """Return one outcome a strength or number of groups."""
    return {
        key: md.Mechanism(md.SocialWelfare("kl", strength), payment).run(played)
        for key, (strength, played) in games.items()
    }


by_strength = {strength: (strength, real) for strength in np.geomspace(0.01, 10, 25)}
md.plots.surplus(runs(best, by_strength), against=runs(affine, by_strength))

# %%
# The same at one strength, as groups join one by one. A group alone pays too: for the divergence,
# and its floor.
by_number = {}
for count in range(1, len(real.groups) + 1):
    played = md.Game(
        real.reference,
        real.rewards[:count],
        real.sizes[:count],
        outcomes=real.outcomes,
        groups=real.groups[:count],
    )
    by_number[count] = (0.1, played)
md.plots.surplus(runs(best, by_number), along="groups", against=runs(affine, by_number))
