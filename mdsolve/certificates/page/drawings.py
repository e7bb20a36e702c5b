"""Drawings in SVG: a cycle of misreports, a bracket on a line, intervals and shares in a table."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, hypot, pi, sin
from typing import Any

from mdsolve.certificates.page.figures import ends, figure, part
from mdsolve.certificates.page.markup import Markup, element, joined

NAMED, LENGTHS, NODES = 24, 14, 400


def svg(width: float, height: float, *parts: Any, title: str, class_: str = "drawing") -> Markup:
    """Return a drawing with the sentence that stands for it where it cannot be seen."""
    return element(
        "svg",
        element("title", title),
        *parts,
        viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
        role="img",
        class_=class_,
    )


def words(
    x: float, y: float, content: Any, anchor: str = "middle", class_: str = "", longest: int = 28
) -> Markup:
    """Return a line of text in a drawing, cut where it is long; its whole is shown on hovering."""
    whole = str(content)
    short = whole if len(whole) <= longest else whole[: longest - 1] + "…"
    more = element("title", whole[:400]) if short != whole else None
    return element(
        "text", short, more, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, class_=class_ or None
    )


def cycle(names: Sequence[str], lengths: Sequence[Any]) -> Markup:
    """Draw a closed chain of types, each with an arrow to the one whose report it may send.

    Parameters
    ----------
    names : sequence of str
    lengths : sequence of numbers
        That of the edge from each type to the report of the one before it.
    """
    count = len(names)
    reach = 96.0 if count == 2 else 130.0
    lowest = max(-cos(2 * pi * k / count) for k in range(count))
    center = (340.0, reach + 46)
    width, height = 680.0, center[1] + lowest * reach + 46
    places = [_around(center, reach, k / count) for k in range(min(count, NODES))]
    parts: list[Markup] = [_arrowhead()]
    if count <= NODES:
        for k, here in enumerate(places):
            parts += _edge(here, places[k - 1], center, lengths[k], count)
    else:
        parts.append(element("circle", cx=center[0], cy=center[1], r=reach, class_="edge"))
    for k, here in enumerate(places):
        parts.append(
            element(
                "circle", cx=f"{here[0]:.1f}", cy=f"{here[1]:.1f}", r=_dot(count), class_="node"
            )
        )
        if count <= NAMED:
            x, y = _around(center, reach + 18, k / count)
            side = "middle" if abs(x - center[0]) < 12 else "start" if x > center[0] else "end"
            lift = -2 if y < center[1] - reach else 12 if y > center[1] + reach else 5
            parts.append(words(x, y + lift, names[k], side, "name", 19))
    middle = f"{count} types" if count > NAMED else ""
    parts.append(words(*center, middle, class_="name"))
    title = f"a cycle of {count} types; each arrow leads to the report that a type may send"
    return svg(width, height, *parts, title=title)


def bracket(low: Any, high: Any, what: str) -> Markup:
    """Draw an interval on a line, as wide as the drawing however narrow it is."""
    one, other = ends(low, high)
    if low == high:
        return svg(
            680, 84,
            element("line", x1=40, x2=640, y1=30, y2=30, class_="axis"),
            element("circle", cx=340, cy=30, r=6, class_="node"),
            words(340, 62, one, class_="number"),
            title=f"{what} is {one}",
        )  # fmt: skip
    # figures too long to be centred below their ends start and end with the line
    short = max(len(one), len(other)) <= 24
    left, right = ((120, "middle"), (560, "middle")) if short else ((20, "start"), (660, "end"))
    return svg(
        680, 96,
        element("line", x1=20, x2=660, y1=40, y2=40, class_="axis"),
        element("rect", x=120, y=34, width=440, height=12, class_="span"),
        element("path", d="M128 24 H120 V56 H128 M552 24 H560 V56 H552", class_="end"),
        words(340, 22, f"width {figure(high - low, 3)}", class_="quiet"),
        element("text", one, x=left[0], y=80, text_anchor=left[1], class_="number"),
        element("text", other, x=right[0], y=80, text_anchor=right[1], class_="number"),
        title=f"{what} lies between {one} and {other}",
    )  # fmt: skip


def interval(low: Any, high: Any, least: Any, most: Any) -> Markup:
    """Draw an interval in a cell, on the scale of its column; 0 is marked where it is on it."""
    a, b = 4 + 152 * part(low, least, most), 4 + 152 * part(high, least, most)
    zero = 4 + 152 * part(0, least, most)
    shape = (
        element("circle", cx=f"{(a + b) / 2:.1f}", cy=8, r=3.5, class_="node")
        if b - a < 7
        else element("rect", x=f"{a:.1f}", y=4, width=f"{b - a:.1f}", height=8, class_="span")
    )
    return svg(
        160, 16,
        element("line", x1=4, x2=156, y1=8, y2=8, class_="axis"),
        element("line", x1=f"{zero:.1f}", x2=f"{zero:.1f}", y1=1, y2=15, class_="zero")
        if least <= 0 <= most
        else None,
        shape,
        title=f"between {figure(low)} and {figure(high)}",
        class_="small",
    )  # fmt: skip


def share(mass: Any, before: Any, most: Any) -> Markup:
    """Draw a probability in a cell, and as a tick what it was before training."""
    wide, tick = 152 * part(mass, 0, most), 4 + 152 * part(before, 0, most)
    return svg(
        160, 16,
        element("rect", x=4, y=3, width=f"{wide:.1f}", height=10, class_="mass"),
        element("line", x1=f"{tick:.1f}", x2=f"{tick:.1f}", y1=0, y2=16, class_="tick"),
        title=f"{figure(mass)}, before training {figure(before)}",
        class_="small",
    )  # fmt: skip


def strip(values: Sequence[Any], what: str) -> Markup:
    """Draw many numbers as marks on one line."""
    least, most = min(values), max(values)
    step = max(1, len(values) // 1500)
    marks = "".join(f"M{20 + 640 * part(x, least, most):.1f} 12V36" for x in sorted(values)[::step])
    return svg(
        680, 64,
        element("line", x1=20, x2=660, y1=24, y2=24, class_="axis"),
        element("path", d=marks, class_="many"),
        element("text", figure(least), x=20, y=56, text_anchor="start", class_="number"),
        element("text", figure(most), x=660, y=56, text_anchor="end", class_="number")
        if most > least
        else None,
        title=f"{what}, from {figure(least)} to {figure(most)}",
    )  # fmt: skip


def tree(names: Sequence[str], edges: Sequence[tuple[int, int | None]]) -> Markup:
    """Draw types under those that they are indifferent to, or nothing where they are many.

    Parameters
    ----------
    names : sequence of str
    edges : sequence of pairs
        A type and the one above it, None for staying out; each after that of the one above it.
    """
    below: dict[int | None, list[int]] = {None: []}
    for t, s in edges:
        if s not in below or t in below:
            return Markup()
        below[s].append(t)
        below[t] = []
    if len(below) > NAMED + 1:
        return Markup()
    parts: list[Markup] = [words(24, 24, "staying out", "start", "quiet")]
    waiting: list[tuple[int, int, int]] = [(t, 1, 20) for t in reversed(below[None])]
    y = 20
    while waiting:
        t, depth, above = waiting.pop()
        x, y = 8 + 22 * depth, y + 26
        elbow = f"M{x - 14} {above + 8} V{y} H{x + 2}"
        parts.append(element("path", d=elbow, class_="edge"))
        parts.append(element("circle", cx=x + 6, cy=y, r=5, class_="node"))
        parts.append(words(x + 18, y + 5, names[t], "start"))
        waiting += [(s, depth + 1, y) for s in reversed(below[t])]
    title = "each type below the one whose report it is indifferent to"
    return element("figure", svg(680, y + 16, *parts, title=title))


def _around(center: tuple[float, float], reach: float, turn: float) -> tuple[float, float]:
    return center[0] + 1.35 * reach * sin(2 * pi * turn), center[1] - reach * cos(2 * pi * turn)


def _dot(count: int) -> int:
    return 6 if count <= NAMED else 3 if count <= 80 else 1


def _arrowhead() -> Markup:
    tip = element("path", d="M0 0 L8 4 L0 8 z", class_="tip")
    return element(
        "defs",
        element(
            "marker", tip, id="tip", markerWidth=8, markerHeight=8, refX=7, refY=4, orient="auto"
        ),
    )


def _edge(
    here: tuple[float, float],
    there: tuple[float, float],
    center: tuple[float, float],
    length: Any,
    count: int,
) -> list[Markup]:
    """Return a bowed arrow between two places of the drawing, and the edge's length beside it."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    far = hypot(dx, dy) or 1.0
    if far < 26:
        return [element("path", d=joined((f"M{here[0]:.1f} {here[1]:.1f}",
                f"L{there[0]:.1f} {there[1]:.1f}"), " "), class_="edge")]  # fmt: skip
    bow = 0.32 if count == 2 else 0.12
    x, y = (here[0] + there[0]) / 2 - bow * dy, (here[1] + there[1]) / 2 + bow * dx
    start, stop = _toward(here, (x, y), 10), _toward(there, (x, y), 10)
    path = f"M{start[0]:.1f} {start[1]:.1f} Q{x:.1f} {y:.1f} {stop[0]:.1f} {stop[1]:.1f}"
    kind = "edge negative" if length < 0 else "edge"
    drawn = [element("path", d=path, class_=kind, marker_end="url(#tip)")]
    if count <= LENGTHS:
        middle = (start[0] + 2 * x + stop[0]) / 4, (start[1] + 2 * y + stop[1]) / 4
        out = 14 if count == 2 else -20
        at = _toward(middle, (middle[0] - bow * dy, middle[1] + bow * dx), out)
        drawn.append(words(at[0], at[1] + 4, figure(length, 5), class_="number"))
    return drawn


def _toward(
    start: tuple[float, float], goal: tuple[float, float], step: float
) -> tuple[float, float]:
    dx, dy = goal[0] - start[0], goal[1] - start[1]
    far = hypot(dx, dy) or 1.0
    return start[0] + step * dx / far, start[1] + step * dy / far
