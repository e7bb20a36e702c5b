"""
Real raters: six criteria of a story, and opinion groups of a town
==================================================================

Where the HANNA benchmark lies beside the project (Chhun, Suchanek, Clavel 2024, MIT licence), its
raters' six criteria are six groups with rewards over the ten language models' stories for a prompt.
Where Polis votes do (The Computational Democracy Project, CC BY 4.0), a conversation's opinion
groups are the groups, and its statements the outcomes.
"""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np

import mdsolve as md

folders = (Path.cwd().parents[k] / "shared" / "data" for k in range(1, 5))
data = next((folder for folder in folders if folder.is_dir()), None)
table = None if data is None else data / "hanna_rewards.csv"
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

# %%
# Opinion groups truly disagree. A group's reward for a statement is the share of its members who
# agree less that who disagree, moved up so that none is negative; its size is how many voted.


def conversation(name: str) -> md.Game:
    """Return one conversation's game: every statement is equally likely before."""
    votes = defaultdict(dict)
    with open(data / "polis_group_votes.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["conversation"] == name:
                kinds = ("n_agree", "n_disagree", "n_pass")
                votes[row["group"]][row["comment_id"]] = [int(row[kind]) for kind in kinds]
    statements = sorted(set().union(*votes.values()), key=int)
    rewards, members = [], []
    for cast in votes.values():
        counts = np.array([cast.get(statement, (0, 0, 0)) for statement in statements])
        seen = counts.sum(axis=1)
        net = (counts[:, 0] - counts[:, 1]) / (seen + 2)
        rewards.append(net - net.min())
        members.append(seen.max())
    uniform = np.full(len(statements), 1 / len(statements))
    names = [f"opinion group {group}" for group in votes]
    return md.Game(uniform, rewards, members, outcomes=statements, groups=names)


if data is not None:
    opinions = md.Mechanism(md.SocialWelfare("kl", 20.0), md.AffineMaximizer()).run(
        conversation("15-per-hour-seattle")
    )
    print(opinions)

# %%
# Each pays for what its presence takes from the other.
md.plots.payments(opinions) if data is not None else None
