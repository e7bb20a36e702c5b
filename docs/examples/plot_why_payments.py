"""
Why payments are needed
=======================

Without payments a group does better by saying that it likes its favourite more, and its least liked
answer less, than it does, whatever the others say. With affine maximizer payments it does worse.
"""

import numpy as np

import mdsolve as md
from mdsolve.incentives.assumptions import assumptions
from mdsolve.incentives.best_response import best_response
from mdsolve.incentives.misreports import polarize
from mdsolve.incentives.report_curves import polarizing_curve
from mdsolve.plots.draw_misreports import draw

game = md.Game.from_table(
    "../../problems/real/candidates/completions.csv",
    sizes={"readability": 1, "sentiment": 2, "brevity": 1, "similarity": 3},
    prompt="soft-egg",
)
# every reward positive, then normalised: what the theorem asks for
game = md.Game(
    game.reference, game.rewards + 0.1, game.sizes, outcomes=game.outcomes, groups=game.groups
).normalized("sum")
rule = md.SocialWelfare("kl", 0.1)
print(assumptions(rule, game))

# %%
# The misreport of the theorem, with the conditions under which it is proved to gain.
print(polarize(rule, game, "sentiment"))

# %%
# The more is moved, the more is gained without payments and lost with them.
amounts = np.linspace(0.0, game.rewards[1].min(), 25)
without = polarizing_curve(rule, game, "sentiment", amounts)
paid = polarizing_curve(rule, game, "sentiment", amounts, payment=md.AffineMaximizer())
draw(without, paid)

# %%
# The best report that a search finds puts everything on one answer; with payments it finds none.
found = best_response(rule, game, "sentiment", starts=2)
print(found)
print(found.reward.round(3))
print(best_response(rule, game, "sentiment", payment=md.AffineMaximizer(), starts=1))
