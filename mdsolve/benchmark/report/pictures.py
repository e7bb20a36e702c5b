"""Pictures of a race in SVG: profiles as steps, points on logarithmic axes, one mark a solver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor, inf, log10
from typing import NamedTuple

from mdsolve.benchmark.measures.profiles import Profile
from mdsolve.certificates.page.drawings import svg, words
from mdsolve.certificates.page.markup import Markup, element, joined

WIDTH, HEIGHT = 680.0, 360.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 30.0, 14.0, 48.0
#: of Okabe and Ito (2008), told apart by readers of all kinds of colour vision
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a8a8a")
DASHES = ("", "7 3", "2 3", "9 3 2 3")
MARKS = ("circle", "square", "triangle", "cross")


class Axis(NamedTuple):
    """A logarithmic axis: where it begins and ends, in powers of ten, and what it shows."""

    low: float
    high: float
    title: str

    def place(self, value: float, start: float, end: float) -> float:
        """Return where a value lies between two ends of the drawing, held inside them."""
        share = (log10(value) - self.low) / ((self.high - self.low) or 1.0)
        return start + min(1.0, max(0.0, share)) * (end - start)


def axis_of(values: Sequence[float], title: str) -> Axis:
    """Return an axis over whole powers of ten that holds all positive values."""
    known = [log10(value) for value in values if 0.0 < value < inf]
    low, high = (floor(min(known)), -floor(-max(known))) if known else (0, 1)
    return Axis(low, max(high, low + 1), title)


def style(place: int) -> tuple[str, str, str]:
    """Return a solver's colour, dashes and mark: no two of 84 share all three."""
    return (
        COLOURS[place % len(COLOURS)],
        DASHES[(place // len(COLOURS)) % len(DASHES)],
        MARKS[place % len(MARKS)],
    )


def steps(found: dict[str, Profile], order: Sequence[str], title: str) -> Markup:
    """Draw performance profiles: the share solved against the ratio to the fastest."""
    most = max((own.ratios[-1] for own in found.values() if own.ratios), default=10.0)
    across = Axis(0.0, max(1.0, -floor(-log10(most))), "time over that of the fastest solver")
    lines: list[Markup] = []
    for solver, own in found.items():
        colour, dashes, _ = style(order.index(solver))
        lines.append(
            element(
                "path",
                element("title", solver),
                d=_staircase(own, across),
                class_="series",
                stroke=colour,
                stroke_dasharray=dashes or None,
                data_solver=solver,
            )
        )
    shares = [(share, f"{100 * share:.0f}%") for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    return svg(
        WIDTH,
        HEIGHT,
        *_across(across, _ratio),
        *(_rule(_down(share), label) for share, label in shares),
        *lines,
        title=title,
    )


def points(
    given: Sequence[tuple[str, float, float, str]],
    order: Sequence[str],
    across: Axis,
    up: Axis,
    title: str,
) -> Markup:
    """Draw points (solver, x, y, what it is) on two logarithmic axes."""
    start, end = HEIGHT - BOTTOM, TOP
    powers = range(int(up.low), int(up.high) + 1)
    stride = 1 + len(powers) // 8
    marks = [
        _mark(
            style(order.index(solver)),
            across.place(x, LEFT, WIDTH - RIGHT),
            up.place(y, start, end),
            solver,
            said,
        )
        for solver, x, y, said in given
    ]
    return svg(
        WIDTH,
        HEIGHT,
        *_across(across, _power),
        *(
            _rule(up.place(10.0**power, start, end), _power(power))
            for power in powers
            if (power - powers[0]) % stride == 0
        ),
        *marks,
        words(LEFT + 4, TOP + 10, up.title, "start", "quiet", longest=60),
        title=title,
    )


def legend(solvers: Sequence[str], order: Sequence[str]) -> Markup:
    """Return the solvers with their colours and marks."""
    entries: list[Markup] = []
    for solver in solvers:
        colour, dashes, mark = style(order.index(solver))
        line = element(
            "line", x1="0", y1="8", x2="30", y2="8", class_="series", stroke=colour,
            stroke_dasharray=dashes or None,
        )  # fmt: skip
        dot = _mark((colour, dashes, mark), 15.0, 8.0, solver, solver)
        sample = element("svg", line, dot, width="30", height="16", aria_hidden="true")
        entries.append(element("span", sample, " ", solver, class_="entry"))
    return element("p", joined(entries, " "), class_="legend")


def _staircase(own: Profile, across: Axis) -> str:
    x, y = LEFT, _down(0.0)
    path = [f"M{x:.1f} {y:.1f}"]
    for ratio, share in zip(own.ratios, own.shares, strict=True):
        x, y = across.place(ratio, LEFT, WIDTH - RIGHT), _down(share)
        path.append(f"H{x:.1f}V{y:.1f}")
    path.append(f"H{WIDTH - RIGHT:.1f}")
    return "".join(path)


def _down(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


def _across(axis: Axis, label: Callable[[int], str]) -> list[Markup]:
    low, high = int(axis.low), int(axis.high)
    stride = 1 + (high - low) // 9
    found: list[Markup] = []
    for power in range(low, high + 1, stride):
        x = axis.place(10.0**power, LEFT, WIDTH - RIGHT)
        found.append(_line(x, TOP, x, HEIGHT - BOTTOM))
        found.append(words(x, HEIGHT - BOTTOM + 18, label(power), class_="number"))
    middle = 0.5 * (LEFT + WIDTH - RIGHT)
    return [*found, words(middle, HEIGHT - 8, axis.title, class_="quiet", longest=60)]


def _rule(y: float, label: str) -> Markup:
    return joined(
        [_line(LEFT, y, WIDTH - RIGHT, y), words(LEFT - 8, y + 4, label, "end", "number")]
    )


def _line(x1: float, y1: float, x2: float, y2: float) -> Markup:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return element("line", class_="axis", **{name: f"{at:.1f}" for name, at in ends.items()})


def _mark(look: tuple[str, str, str], x: float, y: float, solver: str, said: str) -> Markup:
    colour, _, mark = look
    shape = {
        "circle": f"M{x - 4:.1f} {y:.1f}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
        "square": f"M{x - 3.5:.1f} {y - 3.5:.1f}h7v7h-7z",
        "triangle": f"M{x:.1f} {y - 4.6:.1f}l4.3 7.6h-8.6z",
        "cross": f"M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8",
    }[mark]
    return element(
        "path", element("title", said), d=shape, class_=f"mark {mark}", data_solver=solver,
        stroke=colour, fill="none" if mark == "cross" else colour,
    )  # fmt: skip


def _power(power: int) -> str:
    signs = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{10**power:,}" if 0 <= power <= 4 else f"10{signs}"


def _ratio(power: int) -> str:
    return f"×{_power(power)}"
