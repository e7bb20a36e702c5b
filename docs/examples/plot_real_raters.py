"""
Real raters: eleven storytellers, six criteria
==============================================

Where the HANNA benchmark lies beside the project (Chhun, Suchanek, Clavel 2024, MIT licence), its
raters' six criteria are six groups with rewards over the ten language models' stories for a prompt.
"""

import csv
from pathlib import Path

import numpy as np

import mdsolve as md

folders = (Path.cwd().parents[k] / "shared" / "data" for k in range(1, 5))
table = next((folder / "hanna_rewards.csv" for folder in folders if folder.is_dir()), None)
criteria = {
    "RE": "relevance",
    "CH": "coherence",
    "EM": "empathy",
    "SU": "surprise",
    "EG": "engagement",
    "CX": "complexity",
}


def story_game(prompt: str) -> md.Game:
    """Return one prompt's game: criteria averaged over raters, reference from log-likelihoods."""
    with open(table, encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["prompt_id"] == prompt and row["system"] != "Human"
        ]
    rewards = [
        [np.mean([float(row[f"human{k}_{short}"]) for k in (1, 2, 3)]) / 5 for row in rows]
        for short in criteria
    ]
    return md.Game.from_logprob(
        [float(row["ref_avg_logprob"]) for row in rows],
        rewards,
        outcomes=[row["system"] for row in rows],
        groups=criteria.values(),
    )


if table is None:
    print("The benchmark is not at hand; nothing to show.")
else:
    outcome = md.Mechanism(md.SocialWelfare("kl", 0.5), md.AffineMaximizer()).run(story_game("0"))
    print(outcome)

# %%
# Who moved the model, and where.
md.plots.allocation(outcome) if table is not None else None
