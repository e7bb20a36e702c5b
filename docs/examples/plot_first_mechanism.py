"""
A model, and what each group pays for it
========================================

Eight answers to one question, four groups that score them, and the affine maximizer payment.
"""

import mdsolve as md

games = md.games_from_table(
    "../../problems/real/candidates/completions.csv",
    sizes={"readability": 1, "sentiment": 2, "brevity": 1, "similarity": 3},
)
prompt, game = next(games)
outcome = md.Mechanism(md.SocialWelfare(md.KL(), strength=0.1), md.AffineMaximizer()).run(game)
outcome

# %%
# The reference, the trained model, and what pulled it there.
md.plots.allocation(outcome)
