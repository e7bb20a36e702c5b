"""
A model, and what each group pays for it
========================================

Eight answers to one question, four groups that score them, and the affine maximizer payment.
"""

import mdsolve as md

game = md.Game.from_table(
    "../../problems/real/candidates/completions.csv",
    sizes={"readability": 1, "sentiment": 2, "brevity": 1, "similarity": 3},
    prompt="soft-egg",
)
rule = md.SocialWelfare(md.KL(), strength=0.5)
outcome = md.Mechanism(rule, md.AffineMaximizer()).run(game)
print(outcome)

# %%
# The reference, the trained model, and what pulled it there: a group's pull on an answer is the
# model's probability less what the model trained without the group gives it.
md.plots.allocation(outcome)

# %%
# What each group pays for that pull, and what is left to it.
md.plots.payments(outcome)
