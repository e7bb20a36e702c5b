"""
A menu of given models
======================

Where training is too dear to repeat, the rule may choose among models that exist already. It then
maximises over a smaller set, and affine maximizer payments still make truth best: utility against
the scale of a report, in the manner of the paper's second figure, is highest at 1.
"""

import numpy as np

import mdsolve as md
from mdsolve.incentives.report_curves import scaling_curve
from mdsolve.plots.draw_misreports import draw_scaling

game = md.Game.from_table(
    "../../problems/real/candidates/completions.csv",
    sizes={"readability": 1, "sentiment": 2, "brevity": 1, "similarity": 3},
    prompt="soft-egg",
)

# %%
# The menu: the reference, and thirty models, each trained for other sizes of the groups.
generator = np.random.default_rng(0)
trainer = md.SocialWelfare("kl", 0.3)
models = [game.reference]
for sizes in generator.dirichlet(np.ones(4), 30) * game.sizes.sum():
    models.append(trainer.train(md.Game(game.reference, game.rewards, sizes)).model)
menu = md.FiniteMenu.of_models(models, game, md.KL(), 0.3)
outcome = md.Mechanism(menu, md.AffineMaximizer()).run(game)
print(outcome)

# %%
# A report moves the choice by jumps. What a group pays depends on the choice alone, so its utility
# is a flight of steps, highest around the truth.
scales = np.geomspace(0.05, 20.0, 400)
curves = {group: scaling_curve(outcome.mechanism, game, group, scales) for group in game.groups}
draw_scaling(curves)

# %%
# Without payments, louder is better.
draw_scaling(
    {group: scaling_curve(menu, game, group, scales) for group in game.groups},
    title="Without payments",
)
