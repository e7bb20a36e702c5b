"""Exact linear programs: revenue auctions of growing size, and near duplicates.

Run ``python benchmarks/exact_lp.py`` (a minute), from the repository's root. Beside each exact
answer stands what HiGHS alone takes, and where pycddlib with GMP is installed what cddlib takes on
the smaller ones. Ratios carry over between machines, times do not.
"""

import sys
import time
from pathlib import Path

import numpy as np

from mdsolve.certificates.exact_lp import exact_solve
from mdsolve.certificates.mps import mps_text
from mdsolve.certificates.vipr import vipr_text

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from programs import auction, near_duplicates


def timed(task, repeats=3):
    best = np.inf
    for _ in range(repeats):
        begun = time.perf_counter()
        answer = task()
        best = min(best, time.perf_counter() - begun)
    return best, answer


def compare(types, outcomes, cddlib):
    program = auction(types, outcomes)
    highs, _ = timed(program.solve)
    ours, answer = timed(lambda: exact_solve(program))
    bits = max(a.denominator.bit_length() for a in answer.x)
    writing, texts = timed(lambda: (vipr_text(answer), mps_text(answer.program)), repeats=1)
    rows, columns = program.matrix.shape
    print(
        f"{rows} x {columns}: {answer.status} after {answer.pivots} exact pivots, denominators of "
        f"{bits} bits; {ours:.2f} s, {ours / highs:.1f} times HiGHS alone; "
        f"VIPR and MPS {sum(map(len, texts)) / 1e6:.1f} MB in {writing:.2f} s"
    )
    if cddlib:
        against_cddlib(answer, ours)


def against_cddlib(answer, ours):
    try:
        import cdd
        import cdd.gmp
    except ImportError:
        print("  pycddlib with GMP is not installed")
        return
    from test_outside_checkers import by_cddlib

    theirs, (status, value) = timed(lambda: by_cddlib(cdd, answer.program), repeats=1)
    same = status == answer.status and value == answer.objective
    print(f"  cddlib {theirs:.2f} s, {theirs / ours:.0f} times ours, same answer: {same}")


def main():
    for types, outcomes, cddlib in ((8, 4, True), (12, 4, True), (30, 6, False), (60, 6, False)):
        compare(types, outcomes, cddlib)
    for size in (1e-16, 1e-14, 1e-12):
        answers = [exact_solve(near_duplicates(seed, size)) for seed in range(100)]
        repaired = [answer.pivots for answer in answers if answer.pivots]
        kinds = {
            status: [a.status for a in answers].count(status)
            for status in ("optimal", "infeasible")
        }
        print(
            f"near duplicates, {size}: float basis fails {len(repaired)} of 100 times, repaired by "
            f"at most {max(repaired, default=0)} pivots; {kinds}"
        )


if __name__ == "__main__":
    main()
