"""
Payments that wait for data
===========================

Agents know what they want and something about the state of the world. Transfers computed from
reports alone cannot elicit both; transfers computed from data on the state can.
"""

import numpy as np

from mdsolve import data_driven as dd
from mdsolve import plots

# %%
# Two agents with quadratic loss choose one number. Each would like to bias it, and each has a
# signal. No transfers in reports alone make truth optimal: two types of one agent suffice to show
# it. Beside data-driven transfers nothing is left to pay.
loss = dd.QuadraticLoss()
beliefs = dd.GaussianBeliefs(0.0, 1.0, noise_variances=[1.0, 1.0])
reports = [(0.0, 2.0), (1.0, 0.0)]
print(dd.transfers_in_reports(loss, beliefs, 0, reports, [0.0, 0.0], [0.0, 0.0]))
print(dd.transfers_beside_data(loss, beliefs, 0, reports, [0.0, 0.0], [0.0, 0.0]))

# %%
# An agent pays for the bias that it brings in, and is paid for its information. The curves are
# parabolas in its bias; a signal that surprises lowers the whole of it.
mechanism = dd.DataDrivenVCG(loss, beliefs)
biases = np.linspace(-3, 3, 61)
plots.type_payments(
    {
        f"signal {signal:g}": dd.payment_curve(mechanism, 0, biases, [0.0, 0.0], [signal, 0.0])
        for signal in (0.0, 2.0, 4.0)
    }
)

# %%
# The sharper a signal the more it earns in expectation, up to the variance that the others leave.
precisions = np.geomspace(0.01, 100, 41)
plots.information_reward(
    {
        f"beside {count} of precision 1": dd.reward_curve(1.0, precisions, [1.0] * count)
        for count in (1, 3, 9)
    }
)


# %%
# The pivot in reports lets lies gain as soon as one signal says something that the others do not.
def right(chance):
    table = [[chance, 1.0 - chance], [1.0 - chance, chance]]
    return dd.FiniteBeliefs([0.5, 0.5], [table, table], states=[0.0, 1.0])


chances = np.linspace(0.5, 0.95, 10)
plots.information(dd.information_curve(loss, [right(c) for c in chances], [[0.0, 1.0]] * 2))

# %%
# An estimate from N observations is not the state. What truth then loses falls at the estimate's
# own rate: like 1/√N where utility has a kink, like 1/N where it is smooth, not at all where the
# estimate is biased. A project is worth θ to agent 0 and a function of the state to agent 1, whose
# signal is right nine times in ten; agent 0 is put at every margin.
states, signal = np.array([0.1, 0.5, 0.9]), 0.85 * np.eye(3) + 0.05
known = dd.FiniteBeliefs([0.25, 0.5, 0.25], [np.ones((3, 1)), signal], states)


def curve(worth, estimators):
    world = dd.FunctionWorld(
        lambda agent, built, state, theta: built * (worth(state) if agent else theta), [0.0, 1.0]
    )
    margins = [-known.posterior([0, k]) @ worth(states) for k in range(3)]
    types = [[margin + step for margin in margins for step in (-1e-12, 1e-12)] + [9.0], [0.0]]
    return dd.rate_curve(dd.DataDrivenVCG(world, known), types, estimators, [0.0, 1.0])


sizes = (16, 64, 256, 1024)
clicks = {n: dd.ClickRate(n) for n in sizes}
plots.rates(
    {
        "kinked": curve(lambda state: np.abs(state - 0.5), clicks),
        "smooth": curve(lambda state: (state - 0.5) ** 2, clicks),
        "biased": curve(lambda state: state, {n: dd.Biased(0.02, dd.ClickRate(n)) for n in sizes}),
    }
)

# %%
# Generated content: three agents reward four answers, in a way that depends on what the user meant.
# Each has a signal of it. Payments have two channels: what the others lose by the answers that the
# agent brings about, and how far it steers the distribution from the reference.
table = [[0.8, 0.2], [0.3, 0.7]]
meant = dd.FiniteBeliefs([0.5, 0.5], [table] * 3)
rewards = [
    [[1.0, 0.2, 0.0, 0.1], [0.0, 0.3, 0.9, 0.1]],
    [[0.6, 0.8, 0.1, 0.0], [0.1, 0.7, 0.5, 0.0]],
    [[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 1.0]],
]
content = dd.DataDrivenVCG(dd.Content("kl", [0.4, 0.3, 0.2, 0.1], strength=0.5), meant)
outcome = content.expected(rewards, signals=[0, 0, 1])
print(outcome)
plots.channels(outcome, agents=["travel guide", "map maker", "advertiser"])

# %%
# What each nets is its marginal contribution to the regularised welfare.
print(outcome.utilities, dd.marginal_contributions(content, rewards, [0, 0, 1]))
