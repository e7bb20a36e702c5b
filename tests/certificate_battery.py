"""What tells a checker from a broken one: certificates and verdicts, bounds and the truth."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import mpmath as mp
from attacks import CASES, EASIER, FALSE, STILL_TRUE, TIGHT, WHOLE, changed, spoiled
from certificate_claims import CLAIMS
from hostile_files import (
    BINDING,
    BORDERS,
    CERTIFICATE,
    HOSTILE,
    JSON,
    PROBLEM,
    WRITTEN,
    bind,
    filled,
)

REFUSED = [
    (f"{family} {name} {words}", CASES[name].files(problem, witness), words)
    for family, name, problem, witness, words in FALSE
]
LOGS = [Fraction(*pair) for pair in ((1, 1), (2, 1), (1, 3), (5, 3), (10**50, 7), (1, 10**60))]
EXPONENTS = [Fraction(*pair) for pair in ((0, 1), (1, 3), (-2, 7), (50, 1), (-80, 3), (2**14, 1))]
ROOTS = [Fraction(*pair) for pair in ((0, 1), (1, 4), (2, 1), (1, 3), (10**40 + 1, 3))]


def faults(checker: Any) -> Iterator[str]:
    """Name what the checker judges wrong, the quickest first."""
    for name, files in WRITTEN.items():
        if checker.check(*files) != (True, CLAIMS[name]):
            yield name
    for name, files, words in REFUSED:
        verified, text = checker.check(*files)
        if verified or words not in text:
            yield name
    yield from arithmetic(checker)
    yield from powers(checker)
    yield from coarse(checker)
    yield from directions(checker)
    yield from precision(checker)
    yield from sums(checker)
    yield from conjugates(checker)
    yield from lengths(checker)
    for name, (problem, certificate, words) in BINDING.items():
        verified, text = checker.check(problem, certificate)
        if verified or words not in text:
            yield name
    for name, certificate in JSON.items():
        if checker.check(PROBLEM, certificate)[0]:
            yield name
        if checker.check(*bind(certificate))[0]:
            yield name
    for name, (files, verdict, words) in BORDERS.items():
        verified, text = checker.check(*files())
        if verified != verdict or words not in text:
            yield name
    yield from commands(checker.source())
    yield from corruptions(checker)
    for name, files in HOSTILE.items():
        if checker.check(*files)[0]:
            yield name


def corruptions(checker: Any) -> Iterator[str]:
    easier = {entry.strip() for entries in EASIER.values() for entry in entries.split(",")}
    for name in TIGHT:
        for attack in changed(CASES[name]):
            if checker.check(attack.problem, attack.certificate)[0] != (attack.name in easier):
                yield attack.name
    for name in WHOLE:
        for attack in spoiled(CASES[name]):
            if checker.check(attack.problem, attack.certificate)[0] != (attack.name in STILL_TRUE):
                yield attack.name


def commands(source: str) -> Iterator[str]:
    """Run the checker as a command that stands alone."""
    true, false = WRITTEN["table-slack"], (PROBLEM, b"{}")
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "check.py").write_text(source, "utf-8")
        for files, code, words in ((true, 0, "VERIFIED: under"), (false, 1, "REJECTED: certi")):
            for path, data in zip(("p.json", "c.json"), files, strict=True):
                (folder / path).write_bytes(data)
            done = run(folder / "check.py", folder / "p.json", folder / "c.json")
            if done.returncode != code or not done.stdout.startswith(words) or done.stderr:
                yield f"command {words}"
        for paths in ((), ("p.json",), ("p.json", "none"), ("p.json", "c.json", "c.json")):
            done = run(folder / "check.py", *(folder / path for path in paths))
            if done.returncode != 2 or done.stdout or not done.stderr.startswith("usage: check.py"):
                yield f"command {paths}"
        for over in (0, 1):
            size = (1 << 26) + over
            for problem, certificate in (filled(size), (PROBLEM, CERTIFICATE.ljust(size))):
                (folder / "p.json").write_bytes(problem)
                (folder / "c.json").write_bytes(certificate)
                done = run(folder / "check.py", folder / "p.json", folder / "c.json")
                if done.returncode != over or ("larger than" in done.stdout) != bool(over):
                    yield f"command, {over} over"


def run(*arguments: Any) -> Any:
    command = [sys.executable, "-I", "-O", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def arithmetic(checker: Any) -> Iterator[str]:
    """Bounds hold the truth and are as narrow as their documentation says."""
    if checker.artanh(0, 64) != 0:
        yield "artanh 0"
    for bits in (192, 1216):
        by = checker.Integers(bits)
        unit = Fraction(1, 2**bits)
        for x in LOGS:
            for weight in (Fraction(1), Fraction(2, 3)):
                low, high = by.log(x, weight)
                if not holds(low, high, mp.log, x, weight) or high - low != 3 * weight * unit:
                    yield f"log {x}"
        for x in EXPONENTS:
            low, high = by.exp(x)
            if not holds(low, high, mp.exp, x) or not 0 < high - low < high * unit:
                yield f"exp {x}"
        low, high = by.exp(Fraction(0))
        if high - low != unit / 2**31:
            yield "the guard of exp"
        last = Fraction(-2 * (bits + 64))
        if not by.exp(last)[0] > 0 or by.exp(last - unit) != (0, unit):
            yield "the last exponent that is not 0"
        for x in ROOTS:
            low, high = by.root(x)
            if not low**2 <= x < high**2 or high - low != unit:
                yield f"root {x}"


def powers(checker: Any) -> Iterator[str]:
    """A power goes from end to end outward, whatever its logarithms and exponentials are."""

    class Wide:
        def log(self, x: Fraction) -> tuple[Fraction, Fraction]:
            return x, x + 1

        def exp(self, x: Fraction) -> tuple[Fraction, Fraction]:
            return x - 10, x + 10

    for exponent in (Fraction(2), Fraction(-2)):
        low, high = sorted((3 * exponent, 4 * exponent))
        if checker.power(Fraction(3), exponent, Wide()) != (low - 10, high + 10):
            yield f"power {exponent}"
    if checker.power(Fraction(0), Fraction(1, 2), Wide()) != (0, 0):
        yield "power of 0"


def coarse(checker: Any) -> Iterator[str]:
    """With bounds an eighth wide, a claim must have that much room, each end in its direction.

    A logarithm off by 1/8 moves λ D by λ/8, and an exponential off by an eighth of itself moves the
    bound of Φ from above by λ/8: a gap and an interval's end take both.
    """

    class Coarse(checker.Integers):
        def log(self, x: Fraction, weight: Fraction) -> tuple[Fraction, Fraction]:
            low, high = super().log(x, weight)
            return low - weight / 8, high + weight / 8

        def exp(self, x: Fraction) -> tuple[Fraction, Fraction]:
            low, high = super().exp(x)
            return low * 7 / 8, high * 9 / 8

        def root(self, x: Fraction) -> tuple[Fraction, Fraction]:
            low, high = super().root(x)
            return low - Fraction(1, 8), high + Fraction(1, 8)

    long = Fraction(1, 2) + Fraction(1, 2**12_000)
    low, high = Coarse(192).sums("kl", 0, [long, 1 - long], [Fraction(1, 2)] * 2)
    if not -0.1251 < low < -0.1249 or not 0.1249 < high < 0.1251:
        yield "a coarse sum"
    for case, fields in COARSE.items():
        true = CASES[case]
        room = {name: moved(true.witness[name], way) for name, way in fields.items()}
        if not checker.check(*true.files({}, room), Coarse)[0]:
            yield f"coarse {case}"
        for name, way in fields.items():
            short = {**room, name: moved(true.witness[name], way * Fraction(999, 1000))}
            if checker.check(*true.files({}, short), Coarse)[0]:
                yield f"coarse {case} {name}"


COARSE = {  # how far each figure must move
    "incentive-kl": {
        "gap": Fraction(5, 4),
        "payment_lower": -Fraction(5, 4),
        "payment_upper": Fraction(5, 4),
        "participation_loss": Fraction(5, 4),
    },
    "floor-kl": {"lower": -Fraction(5, 8), "upper": Fraction(5, 8)},
    "gap-kl-5": {"gap": Fraction(5, 4)},
    "gap-egalitarian": {"gap": Fraction(5, 4)},
    "gap-nash": {"gap": Fraction(2)},
    "gap-hellinger-5": {"gap": Fraction(15, 4)},
}


def directions(checker: Any) -> Iterator[str]:
    """A welfare of powers and its conjugate are bounded from below, whichever the sign."""

    class Wide:
        def log(self, x: Fraction, weight: Any = 1) -> tuple[Fraction, Fraction]:
            return -weight, 2 * weight

        def exp(self, x: Fraction) -> tuple[Fraction, Fraction]:
            return x - 10, x + 10

        def scaled(self, x: Fraction, weight: Any) -> tuple[Fraction, Fraction]:
            return x * weight - 1, x * weight + 1

    shannon, half = checker.DIVERGENCES["jensen-shannon"], Fraction(1, 2)
    steep = SimpleNamespace(exp=Wide().exp, log=Wide().scaled)
    if shannon[1](steep, Fraction(-9, 2), half)[1] != Fraction(5, 4):
        yield "the conjugate of Jensen and Shannon's divergence"
    rewards = [[Fraction(1)]]
    for alpha, total, conjugate in (
        (Fraction(1, 2), 3 * 2 * Fraction(-1, 2) - 60, -3 * 11),
        (Fraction(3), -3 * Fraction(12, 2), 3 * Fraction(3, 2) * (Fraction(-2, 3) - 10)),
    ):
        w = SimpleNamespace(rule="alpha", alpha=alpha, by=Wide(), rewards=rewards)
        w.sizes, w.weights = [Fraction(3)], [Fraction(1)]
        if checker.welfare(w, [Fraction(1)]) != (total, conjugate):
            yield f"welfare {alpha}: {checker.welfare(w, [Fraction(1)])}"


def precision(checker: Any) -> Iterator[str]:
    """Bounds are as many bits finer as the strength is longer, up to 1,024."""
    seen = []

    class Spy(checker.Integers):
        def __init__(self, bits: int) -> None:
            seen.append(bits)
            super().__init__(bits)

    for strength in (Fraction(5), Fraction(1, 3), Fraction(10**1190)):
        checker.check(*CASES["gap-l2-exact"].files({"strength": strength}), Spy)
    checker.check(*WRITTEN["menu"], Spy)
    if seen != [195, 193, 1216, 192]:
        yield f"precision {seen}"


def moved(figure: Any, way: Fraction) -> Any:
    return [x + way for x in figure] if isinstance(figure, list) else figure + way


def sums(checker: Any) -> Iterator[str]:
    """Sums are exact over denominators of up to 10,000 bits, and rounded outward past that."""
    by, zero = checker.Integers(192), Fraction(0)
    for den, exact in ((2**10_000 - 1, True), (2**10_000, False)):
        truth = Fraction(1, den)
        if by.sums("chi2", 0, [zero], [truth]) != ((truth,) * 2 if exact else (0, by.unit(1))):
            yield f"a sum over {den}"
    large = Fraction(1, 2) + Fraction(1, 2**12_000)
    low, high = by.sums("chi2", 0, [zero, zero], [large, large / 3])
    if not low <= large * 4 / 3 <= high or high - low != 2 * by.unit(1):
        yield "a large sum"
    halves = [Fraction(1, 2**9_000), Fraction(1, 3**2_000)]
    if by.sums("chi2", 0, [zero] * 2, halves) != (0, by.unit(2)):
        yield "a sum over two long denominators"
    coarse, p, q = checker.Integers(8), Fraction(4, 5), Fraction(2**10_000 - 1, 3 * 2**10_000)
    low, high = (256 * end for end in checker.DIVERGENCES["hellinger"][0](coarse, p, q))
    outward = coarse.unit(low.__floor__()), coarse.unit(high.__ceil__())
    if not low < high or coarse.sums("hellinger", 0, [p], [q]) != outward:
        yield "a sum rounded from bounds that differ"
    if by.gain([[1], [1]], [[0], [2], [1]], [2, 1]) != (1, 1):
        yield "the report that gains"


def conjugates(checker: Any) -> Iterator[str]:
    """d* on both sides of the border where a model has no mass, and near a pole from above."""
    by, half = checker.Integers(192), Fraction(1, 2)
    for name, scale, level in (("l2", Fraction(1), half), ("chi2", half, Fraction(1))):
        for share in (Fraction(-3, 2), Fraction(-5, 2)):
            kept = max(Fraction(-2), share)
            truth = scale * level**2 * (kept + kept**2 / 4)
            if by.sums(name, 1, [share * level], [half]) != (truth, truth):
                yield f"the conjugate of {name} at {share}"

    class Wide(checker.Integers):
        def exp(self, x: Fraction) -> tuple[Fraction, Fraction]:
            return x, x + 1

        def log(self, x: Fraction, weight: Any = 1) -> tuple[Fraction, Fraction]:
            return x, x

    found = Wide(8).sums("jensen-shannon", 1, [Fraction(1, 4)], [half])
    if found != (Fraction(2), Fraction(2)):
        yield "the exponential at a pole from below"


def lengths(checker: Any) -> Iterator[str]:
    """A file as long as the cap is read whole, and one longer by a byte is refused."""
    problem, certificate = max(WRITTEN.values(), key=lambda files: len(files[0]) - len(files[1]))
    cap, checker.BYTES, shown = checker.BYTES, len(problem), sys.stdout
    with TemporaryDirectory() as folder, open(os.devnull, "w") as sys.stdout:
        paths = [os.path.join(folder, name) for name in ("problem.json", "certificate.json")]
        for more, code in ((b"", 0), (b"\n", 1)):
            for path, data in zip(paths, (problem + more, certificate), strict=True):
                with open(path, "wb") as file:
                    file.write(data)
            if checker.main(paths) != code:
                yield f"a file {len(more)} longer than the cap"
    checker.BYTES, sys.stdout = cap, shown


def holds(low: Any, high: Any, function: Any, x: Fraction, weight: Any = Fraction(1)) -> bool:
    """Compare exactly with mpmath's number, a dyadic whose error is far below the bounds' width."""
    with mp.workdps(600):
        whole = mp.mpf(x.numerator) / x.denominator
        value = function(whole) * weight.numerator / weight.denominator
        sign, mantissa, exponent, _ = value._mpf_
    truth = (-1) ** sign * int(mantissa) * Fraction(2) ** int(exponent)
    return low <= truth <= high
