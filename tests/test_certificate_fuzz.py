"""Random certificates, true, false by a little and exactly tight: both checkers and the judges."""

from itertools import product
from random import Random

import certificate_games as games
import certificate_programs as programs
import certificate_tables as tables
import mpmath as mp
import pytest
from certificate_files import files

from mdsolve.certificates.check import check
from mdsolve.certificates.check_flint import Balls

DRAWS = {
    tables.implementable: 2500,
    tables.not_implementable: 1500,
    tables.menu: 1500,
    programs.program: 2000,
    games.gap: 3000,
    games.incentive: 1000,
    games.floor: 1500,
}


def test_there_are_ten_thousand():
    assert sum(DRAWS.values()) >= 10_000


@pytest.mark.slow
@pytest.mark.parametrize("draw", DRAWS, ids=lambda draw: draw.__name__)
def test_the_checkers_agree_with_the_judge(draw):
    counts = {True: 0, False: 0}
    kinds = set()
    with mp.workdps(games.DIGITS):
        for seed in range(DRAWS[draw]):
            found = draw(Random(seed))
            given = files(found.kind, found.form, found.problem, found.witness)
            verdicts = [check(*given), check(*given, Balls)]
            assert [verdict for verdict, _ in verdicts] == [found.holds] * 2, (seed, verdicts)
            counts[found.holds] += 1
            kinds.add(tuple(found.problem.get(x) for x in ("divergence", "strength", "rule")))
    assert min(counts.values()) > DRAWS[draw] / 6, "too few that hold, or too few that do not"
    if draw is games.gap:
        rules = ["social", "egalitarian", "nash", "alpha"]
        assert kinds == set(product(games.TWINS, games.STRENGTHS, rules))
