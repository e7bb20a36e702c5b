"""
A language model, token by token
================================

A small language model writes sentences up to six words; three groups say which they like. The
tree of its sentences is the game, and what training does shows in every next word.
"""

import matplotlib.pyplot as plt
import numpy as np

import mdsolve as md
from mdsolve.games.sequences import TokenTree, trained_conditionals
from mdsolve.sampled import sampled_game, sampled_outcome

FOLLOWS = {
    (): {"cats": 0.4, "dogs": 0.6},
    ("cats",): {"sleep": 0.5, "run": 0.3, ".": 0.2},
    ("dogs",): {"sleep": 0.2, "run": 0.6, ".": 0.2},
    ("sleep",): {"and": 0.3, ".": 0.7},
    ("run",): {"and": 0.5, ".": 0.5},
    ("and",): {"cats": 0.3, "dogs": 0.3, "sleep": 0.2, "run": 0.2},
}


def next_word(prefix):
    follows = FOLLOWS[prefix[-1:]]
    return dict(zip(follows, np.log(list(follows.values())), strict=True))


tree = TokenTree.from_callable(next_word, 6, end=".")
rewards = [
    1.0 / tree.lengths,
    ["cats" in sentence for sentence in tree.sequences],
    [sentence.count("sleep") / len(sentence) for sentence in tree.sequences],
]
game = tree.game(rewards, {"brief": 2, "cats": 1, "calm": 3}, groups=["brief", "cats", "calm"])
game

# %%
# Soft backward induction turns the combined reward into next-word probabilities; their product
# along each sentence is the model that KL trains.
strength = 0.4
trained = trained_conditionals(tree, game.combined(), strength)
mechanism = md.Mechanism(md.SocialWelfare("kl", strength), md.AffineMaximizer())
exact = mechanism.run(game)
print(np.abs(trained.model / exact.model - 1.0).max())

figure, panels = plt.subplots(1, 3, figsize=(9, 3), sharey=True, layout="constrained")
for panel, prefix in zip(panels, [(), ("cats",), ("dogs",)], strict=True):
    before, after = FOLLOWS[prefix[-1:]], trained.next_token(prefix)
    place = np.arange(len(before))
    panel.bar(place - 0.2, list(before.values()), 0.4, label="reference")
    panel.bar(place + 0.2, [after[word] for word in before], 0.4, label="trained")
    panel.set_xticks(place, list(before))
    panel.set_title(f"after {prefix[0]!r}" if prefix else "first word")
panels[0].set_ylabel("probability of the next word")
panels[0].legend()
figure

# %%
# Where sentences are too many to list, draw candidates from the reference before anybody
# reports. Payments then carry a Monte Carlo error beside a numerical one.
rng = np.random.default_rng(0)
counts = np.geomspace(100, 30_000, 8).astype(int)
found = []
for count in counts:
    at = rng.choice(tree.leaves.size, size=count, p=game.reference)
    logs = tree.log_reference[at]
    found.append(
        sampled_outcome(
            mechanism,
            sampled_game(logs, logs, game.rewards[:, at], game.sizes, groups=game.groups),
        )
    )
print(found[-1])

figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
for k, group in enumerate(game.groups):
    payments = [each.outcome.payments[k] for each in found]
    bars = [2.0 * each.errors.payments[k] for each in found]
    line = axes.errorbar(counts * 1.06**k, payments, bars, fmt="o", capsize=3, label=group)
    axes.axhline(exact.payments[k], color=line[0].get_color(), linewidth=1)
axes.set_xscale("log")
axes.set_xlabel("draws")
axes.set_ylabel("payment ± 2 standard errors")
figure.legend(loc="outside right upper")
figure
