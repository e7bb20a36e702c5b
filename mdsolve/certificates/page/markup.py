"""HTML as strings: text is escaped wherever it is put in, and what cannot be seen is spelled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from typing import Any, NamedTuple

FOLDED, ROWS, COLUMNS = 16, 200, 24


class Markup(str):
    """HTML that stands as it is; any other text is escaped where it is put in."""

    __slots__ = ()


def spelled(text: str) -> str:
    r"""Return text with every character that cannot be seen, marks of direction too, spelled.

    Examples
    --------
    >>> spelled("a\u202eb")
    'a\\u202eb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def text(content: Any) -> Markup:
    """Return content that is safe inside an element or an attribute in quotes."""
    if isinstance(content, Markup):
        return content
    return Markup(escape(spelled(str(content)), quote=True))


def joined(parts: Iterable[Any], between: str = "") -> Markup:
    """Return parts one after the other."""
    return Markup(text(between).join(text(part) for part in parts if part is not None))


def element(tag: str, *children: Any, **attributes: Any) -> Markup:
    """Return an element; ``class_`` and ``text_anchor`` are ``class`` and ``text-anchor``.

    Examples
    --------
    >>> element("p", "1 < 2", class_="claim")
    '<p class="claim">1 &lt; 2</p>'
    """
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{text(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{given}>{joined(children)}</{tag}>")


def label(name: Any, longest: int = 200) -> Markup:
    """Return a name that keeps its direction of writing to itself, cut where it is long."""
    whole = str(name)
    if len(whole) <= longest:
        return element("bdi", whole)
    return element("bdi", whole[: longest - 1] + "…", title=whole[:400])


def section(title: str, *parts: Any) -> Markup:
    """Return a part of the page under its heading, or nothing where it has no parts."""
    found = [part for part in parts if part]
    return element("section", element("h2", title), *found) if found else Markup()


def facts(pairs: Iterable[tuple[Any, Any]]) -> Markup:
    """Return terms and what they are."""
    rows = (
        element("div", element("dt", term), element("dd", value))
        for term, value in pairs
        if value is not None
    )
    return element("dl", *rows)


class Column(NamedTuple):
    """A column's heading, the unit of what stands in it, and whether those are figures."""

    title: Any
    unit: str = ""
    figures: bool = True


def table(
    caption: Any,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    count: int,
    *,
    chosen: int | None = None,
) -> Markup:
    """Return a table that is folded where it is long, and says what it leaves out."""
    cells = (
        element(
            "tr",
            *(
                element("th" if k == 0 else "td", cell, class_=_side(column))
                for k, (column, cell) in enumerate(zip(columns, row, strict=True))
            ),
            class_="chosen" if chosen == place else None,
        )
        for place, row in enumerate(islice(rows, ROWS))
    )
    head = (
        element("th", column.title, unit(column.unit), class_=_side(column), scope="col")
        for column in columns
    )
    body = element(
        "div",
        element("table", element("thead", element("tr", *head)), element("tbody", *cells)),
        class_="wide",
        tabindex="0",
        role="region",
        aria_label=caption if not isinstance(caption, Markup) else None,
    )
    size = f" {count:,} rows" + (f", the first {ROWS} shown" if count > ROWS else "")
    if count <= FOLDED:
        return element("figure", element("figcaption", caption), body)
    summary = element("summary", caption, element("small", size))
    return element("details", summary, body)


def unit(words: str) -> Markup:
    """Return a unit, set small."""
    return element("small", words) if words else Markup()


def _side(column: Column) -> str:
    return "figure" if column.figures else "words"
