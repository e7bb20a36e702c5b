"""VIPR files prove what they say to a checker written from the specification alone."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import auction, exact_programs

from mdsolve.certificates.exact_lp import ExactProgram, exact_solve
from mdsolve.certificates.vipr import vipr_text
from mdsolve.errors import InvalidInput
from mdsolve.solvers.linear_program import LinearProgram

SENSE = {"G": 1, "E": 0, "L": -1}


class Rejected(Exception):
    """What a VIPR checker does not accept."""


def require(held, reason):
    if not held:
        raise Rejected(reason)


class Checker:
    """A checker of VIPR 1.0 for programs without integers: linear derivations, no assumptions."""

    def __init__(self, text):
        self.words = iter(text.split())

    def expect(self, *words):
        for word in words:
            require(next(self.words, None) == word, f"{word} expected")

    def number(self):
        return Fraction(next(self.words))

    def count(self):
        return int(next(self.words))

    def sparse(self, size):
        first = next(self.words)
        if first == "OBJ":
            return self.objective
        found = {}
        for _ in range(int(first)):
            index, value = self.count(), self.number()
            require(0 <= index < size and index not in found, "index")
            found[index] = value
        return {index: value for index, value in found.items() if value}

    def constraint(self):
        label, sense, side = next(self.words), SENSE[next(self.words)], self.number()
        require(label not in self.labels, "label used twice")
        self.labels.add(label)
        return self.sparse(self.variables), sense, side

    def run(self):
        self.labels = set()
        self.expect("VER", "1.0", "VAR")
        self.variables = self.count()
        names = [next(self.words) for _ in range(self.variables)]
        require(len(set(names)) == len(names), "names")
        self.expect("INT", "0", "OBJ")
        self.sign = {"min": 1, "max": -1}[next(self.words)]
        self.objective = self.sparse(self.variables)
        self.expect("CON")
        rows, bounds = self.count(), self.count()
        self.constraints = [self.constraint() for _ in range(rows)]
        require(all(len(left) == 1 for left, _, _ in self.constraints[:bounds]), "bounds first")
        self.expect("RTP")
        goal = next(self.words)
        target = None if goal == "infeas" else (self.number(), self.number())
        self.solutions(target)
        self.derive()
        left, sense, side = self.constraints[-1]
        if absurd(left, sense, side):
            return goal
        require(target is not None, "no absurdity")
        aim = target[0] if self.sign > 0 else target[1]
        require(dominates((left, sense, side), (self.objective, self.sign, aim)), "bound")
        return goal

    def solutions(self, target):
        self.expect("SOL")
        best = []
        for _ in range(self.count()):
            next(self.words)
            x = self.sparse(self.variables)
            require(all(satisfies(x, *row) for row in self.constraints), "a row is not satisfied")
            best.append(self.sign * product(self.objective, x))
        if target is not None:
            worst = target[1] if self.sign > 0 else -target[0]
            require(best and min(best) <= worst, "no solution is good enough")

    def derive(self):
        self.expect("DER")
        for _ in range(self.count()):
            claim = self.constraint()
            self.expect("{", "lin")
            weights = self.sparse(len(self.constraints))
            self.expect("}", "-1")
            require(dominates(self.combination(weights), claim), "the combination is weaker")
            self.constraints.append(claim)
        require(next(self.words, None) is None, "trailing words")

    def combination(self, weights):
        left, side, signs = {}, Fraction(0), set()
        for index, weight in weights.items():
            row, sense, level = self.constraints[index]
            side += weight * level
            signs.add(sense * (1 if weight > 0 else -1))
            for j, a in row.items():
                left[j] = left.get(j, Fraction(0)) + weight * a
        signs.discard(0)
        require(len(signs) <= 1, "senses differ")
        return {j: a for j, a in left.items() if a}, max(signs, default=0), side


def product(left, right):
    return sum((a * right[j] for j, a in left.items() if j in right), Fraction(0))


def satisfies(x, left, sense, side):
    value = product(left, x)
    return value == side if sense == 0 else sense * (value - side) >= 0


def absurd(left, sense, side):
    return not left and not satisfies({}, left, sense, side)


def dominates(strong, weak):
    if absurd(*strong):
        return True
    (left, sense, side), (other, kind, level) = strong, weak
    if left != other or (kind == 0 and sense != 0):
        return False
    return side == level if kind == 0 else sense in (0, kind) and kind * (side - level) >= 0


@given(exact_programs())
def test_the_file_proves_the_answer(program):
    answer = exact_solve(program)
    if answer.status == "unbounded":
        with pytest.raises(InvalidInput, match="the answer is unbounded. The format states"):
            vipr_text(answer)
        return
    goal = "infeas" if answer.status == "infeasible" else "range"
    assert Checker(vipr_text(answer)).run() == goal
    if goal == "range":
        assert f"RTP range {answer.objective} {answer.objective}\n" in vipr_text(answer)


@given(exact_programs(), st.data())
def test_a_changed_proof_is_rejected(program, data):
    """Move the claim or a multiplier: what is left proves less, or nothing."""
    answer = exact_solve(program)
    if answer.status == "unbounded":
        return
    lines = vipr_text(answer).splitlines()
    words = lines[-1].split()
    if answer.status == "optimal":
        sign = -1 if program.maximize else 1
        words[2] = str(Fraction(words[2]) + sign)
    else:
        start = words.index("lin") + 2
        place = data.draw(st.integers(0, (len(words) - 2 - start) // 2 - 1))
        words[start + 2 * place + 1] = str(-Fraction(words[start + 2 * place + 1]))
    changed = "\n".join([*lines[:-1], " ".join(words)])
    try:
        Checker(changed).run()
    except Rejected:
        return
    # a constraint that is absurd by itself is so with either sign
    assert answer.status == "infeasible"
    assert len(words) == words.index("lin") + 6


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("VER 1.0", "VER 2.0"),
        ("OBJ min", "OBJ max"),
        ("RTP range 1/3 1/3", "RTP range 2/3 2/3"),
        ("RTP range 1/3 1/3", "RTP range 1/3 1/4"),
        ("RTP range 1/3 1/3", "RTP infeas"),
        ("optimum 1 0 1/3", "optimum 1 0 1/4"),
        ("optimum 1 0 1/3", "optimum 1 0 1/2"),
        ("lin 1 1 1/3", "lin 1 1 1/2"),
        ("lin 1 1 1/3", "lin 1 0 1/3"),
        ("lin 1 1 1/3", "lin 2 1 1/3 1 0"),
        ("proof G", "proof L"),
        ("-1", "-1 more"),
    ],
)
def test_the_checker_of_these_tests_rejects(old, new):
    program = ExactProgram.from_numbers([1], [[3]], ">=", [1], lower=[0])
    text = vipr_text(exact_solve(program))
    assert Checker(text).run() == "range"
    assert old in text
    with pytest.raises(Rejected):
        Checker(text.replace(old, new)).run()


def test_names_and_labels_stay_apart():
    program = LinearProgram(
        [1.0, 1.0],
        [[1.0, 1.0], [1.0, 0.0]],
        ">=",
        [1.0, 0.0],
        lower=0.0,
        names=["OBJ", "a b"],
        rows=["lower_x0", "proof"],
    )
    text = vipr_text(exact_solve(program))
    assert Checker(text).run() == "range"
    assert "x0 x1\n" in text
    assert "\nr2 G 1 2 0 1 1 1\n" in text


def test_numbers_longer_than_python_prints():
    program = ExactProgram.from_numbers([1], [[1]], ">=", [10**5000], lower=[0])
    assert f"\nRTP range 1{'0' * 5000} 1{'0' * 5000}\n" in vipr_text(exact_solve(program))


def test_a_large_proof_is_written_once(tmp_path):
    answer = exact_solve(auction(40, 5))
    path = tmp_path / "auction.vipr"
    answer.write_vipr(path)
    assert Checker(path.read_text("ascii")).run() == "range"
    with pytest.raises(InvalidInput, match="exists already"):
        answer.write_vipr(path)
