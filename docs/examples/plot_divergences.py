"""
Six divergences, one game
=========================

The same reports under each divergence: what keeps a model near its reference decides what happens
to unlikely answers.
"""

import numpy as np
from matplotlib.figure import Figure

import mdsolve as md

game = md.Game.from_table(
    "../../problems/real/candidates/completions.csv",
    sizes={"readability": 1, "sentiment": 2, "brevity": 1, "similarity": 3},
    prompt="soft-egg",
)
mechanism = {
    name: md.Mechanism(md.SocialWelfare(name, 0.5), md.AffineMaximizer()) for name in md.DIVERGENCES
}
outcomes = {name: each.run(game) for name, each in mechanism.items()}
for name, outcome in outcomes.items():
    print(
        f"{name:15s} payments {outcome.payments.round(4)}  gap {outcome.upper - outcome.lower:.0e}"
    )

# %%
# Squared L2 and χ² put exact zeros on answers; the others never do.
figure = Figure(figsize=(8, 4), layout="constrained")
axes = figure.add_subplot()
places = np.arange(len(game.outcomes))
width = 0.8 / (len(outcomes) + 1)
axes.bar(places, game.reference, width, color="0.7", label="reference")
for k, (name, outcome) in enumerate(outcomes.items(), 1):
    axes.bar(places + k * width, outcome.model, width, label=name)
axes.set_xticks(places + 0.4, game.outcomes, rotation=20)
axes.set_ylabel("probability")
axes.legend(frameon=False)
figure
