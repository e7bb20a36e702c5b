"""Click auctions priced as one batch, beside a plain Python loop over the same auctions.

Run ``python benchmarks/auctions.py`` (half a minute). One core is used. The loop prices a part of
the auctions, and its answers must be the batch's. Ratios carry over between machines, times do not.
"""

import argparse
import time

import numpy as np

from mdsolve.data_driven.clicks import (
    GSP,
    VCG,
    ClickAuctions,
    DataDrivenPivot,
    Lottery,
    PerClickPivot,
    regret_of_truth,
)


def plain(values, rates, estimate, effects):
    """Return data-driven payments of one auction, signals about own rates, by the definition."""
    bidders = range(len(values))
    order = sorted(bidders, key=lambda j: -values[j] * rates[j])
    place = {j: slot for slot, j in enumerate(order)}
    payments = [0.0] * len(values)
    for i in order[: len(effects)]:
        together = alone = 0.0
        for j in bidders:
            if j == i:
                continue
            worth, slot = values[j] * estimate[j], place[j]
            without = slot - (slot > place[i])
            together += effects[slot] * worth if slot < len(effects) else 0.0
            alone += effects[without] * worth if without < len(effects) else 0.0
        payments[i] = alone - together
    return payments


def plain_best_two(values, rates, estimate):
    """Return the same for one slot as a careful programmer would write it."""
    best = second = -1
    top = runner_up = -1.0
    for j, (value, rate) in enumerate(zip(values, rates, strict=True)):
        score = value * rate
        if score > top:
            second, runner_up, best, top = best, top, j, score
        elif score > runner_up:
            second, runner_up = j, score
    payments = [0.0] * len(values)
    payments[best] = values[second] * estimate[second]
    return payments


def timed(task, repeats):
    best = np.inf
    for _ in range(repeats):
        begun = time.process_time()
        answer = task()
        best = min(best, time.process_time() - begun)
    return best, answer


def compare(auctions, bidders, effects, loop):
    values, rates, estimate = np.random.default_rng(0).random((3, auctions, bidders))
    print(f"{auctions:,} auctions of {len(effects)} slots among {bidders} bidders")
    payments = [DataDrivenPivot(), VCG(), GSP(), PerClickPivot()]
    if len(effects) == 1:
        payments.append(Lottery(0.9))
    found = {}
    for payment in payments:
        spent, outcome = timed(
            lambda p=payment: ClickAuctions(values, rates, effects=effects).run(p, estimate), 3
        )
        found[payment.name] = spent, outcome
        print(f"  {payment!r:45} {auctions / spent / 1e6:6.2f} million a second")
    rows = [(v.tolist(), r.tolist(), e.tolist()) for v, r, e in zip(
        values[:loop], rates[:loop], estimate[:loop], strict=True)]  # fmt: skip
    spent, outcome = found["data-driven"]
    loops = {"plain loop": lambda row: plain(*row, effects)}
    if len(effects) == 1:
        loops["plain loop, two best"] = lambda row: plain_best_two(*row)
    for name, price in loops.items():
        slow, answer = timed(lambda price=price: [price(row) for row in rows], 1)
        assert np.allclose(answer, outcome.payments[:loop], rtol=1e-12, atol=1e-15)
        ratio = slow / loop / (spent / auctions)
        print(f"  {name:45} {loop / slow / 1e6:6.3f} million a second: the batch is {ratio:.0f} x")


def lies(auctions, bidders):
    values, rates = np.random.default_rng(1).random((2, auctions, bidders))
    batch = ClickAuctions(values, rates)
    spent, found = timed(lambda: regret_of_truth(batch, GSP()), 1)
    print(f"best lies of all bidders of {auctions:,} auctions under GSP: {spent:.2f} s, {found}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--auctions", type=int, default=1_000_000)
    count = parser.parse_args().auctions
    compare(count, 10, (1.0,), loop=min(count, 50_000))
    compare(count // 4, 10, (1.0, 0.6, 0.3), loop=min(count // 4, 20_000))
    lies(count // 20, 10)


if __name__ == "__main__":
    main()
