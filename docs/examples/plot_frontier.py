"""
Welfare against divergence
==========================

How much welfare is bought by moving away from the reference, from a strength that hardly lets the
model move to one that hardly holds it.
"""

import numpy as np

import mdsolve as md

game = md.Game.from_table(
    "../../problems/real/candidates/completions.csv",
    sizes={"readability": 1, "sentiment": 2, "brevity": 1, "similarity": 3},
    prompt="yellow-leaves",
)
strengths = np.geomspace(0.02, 20.0, 25)
curve = md.frontier(md.SocialWelfare("kl", 1.0), game, strengths)
print(curve)

# %%
# The small strengths lie at the right: all welfare, whatever the divergence.
md.plots.frontier(curve)

# %%
# Egalitarian welfare lifts whoever is worst off, so its values by group draw together.
md.plots.frontier(md.frontier(md.Egalitarian("kl", 1.0), game, strengths))
