"""
What noise on reports does
==========================

Rewards reach the mechanism with an error of at most ε. The welfare lost, and what a group could
gain by misreporting, against the bounds of the theory.
"""

import numpy as np

import mdsolve as md
from mdsolve.incentives.noise import expected_utility, noise_report
from mdsolve.incentives.noises import BoundedNoise, SampledRatings
from mdsolve.plots.draw_noise import draw

game = md.Game.from_table(
    "../../problems/real/candidates/completions.csv",
    sizes={"readability": 1, "sentiment": 2, "brevity": 1, "similarity": 3},
    prompt="soft-egg",
)
rule = md.SocialWelfare("kl", 0.5)

# %%
# The general bounds grow like ε. Under KL what is lost is a variance: it grows like ε², and the
# sharper bound says so. That worst noise tells the group exactly how it will be misheard; against
# noise that it knows only in distribution a lie gains far less, or nothing (no point is drawn).
epsilons = np.geomspace(0.003, 1.0, 8)
reports = [noise_report(rule, game, "similarity", epsilon, draws=40) for epsilon in epsilons]
print(reports[4])
draw(reports)

# %%
# A group's utility over its own noise: the truth, and the truth twice as loud.
truth = game.rewards[game.group_index("similarity")]
for report in (truth, 2 * truth):
    print(expected_utility(rule, game, "similarity", BoundedNoise(0.1), report))

# %%
# Rewards that are means of ratings come with noise of their own: more ratings, less of it.
ranges = {"lowest": float(game.reward_bounds.min()), "highest": float(game.reward_bounds.max())}
for ratings in (10, 100, 1000):
    noise = SampledRatings(ratings, **ranges)
    print(noise_report(rule, game, "similarity", noise, confidence=0.95, draws=40))
