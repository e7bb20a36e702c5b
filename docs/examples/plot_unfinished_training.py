"""
Payments from unfinished training
=================================

Exact payments need a training run without each group. Two payments need less: the best saved
checkpoint of the one run, or short runs that stop early. What do they risk?
"""

import mdsolve as md
from mdsolve.payments.approximate import Checkpoints, EarlyStopped
from mdsolve.payments.approximation import approximation_table
from mdsolve.payments.training_runs import trajectory
from mdsolve.plots.draw_training import draw, draw_costs

game = md.Game.from_table(
    "../../problems/real/candidates/completions.csv",
    sizes={"readability": 1, "sentiment": 2, "brevity": 1, "similarity": 3},
    prompt="soft-egg",
)
rule = md.SocialWelfare("kl", 0.5)

# %%
# Every checkpoint of a run proves how far it is from the optimum: its model is a lower bound, and
# its gradient a multiplier, hence an upper one.
run = trajectory(rule, game, 60)
print(run)
draw(run)

# %%
# Both payments go where the affine maximizer's go.
for payment in (Checkpoints(steps=60), EarlyStopped(steps=60, pivot_steps=15)):
    outcome = md.Mechanism(rule, payment).run(game)
    print(payment, payment.cost(game.shape[0]), outcome.payments.round(4))

# %%
# With pivots that do not depend on a group's own report, no lie gains more than the certified gap
# of the main run, and a lie that finishes the run's work gains just about that: more steps end it.
# Checkpoints come from the one run that the group does move, so a lie may go on gaining however
# long it trains.
found = approximation_table(rule, game, (1, 2, 5, 10, 20, 40, 80), trials=40)
print(found)
draw_costs(found)
