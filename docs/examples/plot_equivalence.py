"""
Payments are unique, up to a constant
=====================================

Whatever payments make truth best, they differ by what no report of the group's own can change.
Shortest distances between two types pin what one pays more than the other, ever closer as types
are added between them.
"""

import mdsolve as md
from mdsolve.games.domains import SumNormalized
from mdsolve.incentives.envelope import envelope
from mdsolve.incentives.equivalence import path_sums, payment_intervals
from mdsolve.plots.draw_equivalence import draw
from mdsolve.type_graph import type_table

game = md.Game.from_table(
    "../../problems/real/candidates/completions.csv",
    sizes={"readability": 1, "sentiment": 2, "brevity": 1, "similarity": 3},
    prompt="soft-egg",
).normalized("sum")
reward = game.rewards[1]
contrary = reward.max() + reward.min() - reward
start, end = (reward, 2.0), (contrary / contrary.sum(), 5.0)

# %%
# The path of the paper's proof: from one type to the uniform reward, where the size may be switched
# without moving the model, and on to the other. Its lengths there and back sum to O(1/K).
curves = {
    name: path_sums(md.SocialWelfare(name, 0.1), game, "sentiment", start, end)
    for name in md.DIVERGENCES
}
rule = md.SocialWelfare("kl", 0.1)
there, here = (envelope(rule, game, "sentiment", *each) for each in (end, start))
print(curves["kl"])
print("the envelope integral says", there.difference - here.difference)
draw(curves, there.difference - here.difference)

# %%
# It is the difference of affine maximizer payments, which were not asked.
outcomes = [
    md.Mechanism(rule, md.AffineMaximizer()).run(game.reported("sentiment", *each))
    for each in (start, end)
]
print(outcomes[1].payments[1] - outcomes[0].payments[1])

# %%
# No path needs to be known: on a random list of types the shortest distances leave each payment an
# interval, and more types leave less of it.
drawn = SumNormalized().sample(250, game.outcomes, seed=0)
for count in (10, 50, 250):
    types = drawn.rewards[:count]
    intervals = payment_intervals(type_table(rule, game, "sentiment", types))
    print(f"{count:4d} types: mean width {intervals.width[1:10].mean():.5f}")
