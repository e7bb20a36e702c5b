"""Names of groups and outcomes; the default names are computed when read, not stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, overload

from mdsolve.errors import InvalidInput


class DefaultLabels(Sequence[str]):
    """The names ``prefix0, prefix1, ...``, of which none is kept in memory.

    Examples
    --------
    >>> DefaultLabels("group-", 2)
    ('group-0', 'group-1')
    """

    __slots__ = ("_count", "_prefix")

    def __init__(self, prefix: str, count: int) -> None:
        self._prefix, self._count = prefix, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: Any) -> Any:
        numbers = range(self._count)[index]
        if isinstance(numbers, range):
            return tuple(f"{self._prefix}{number}" for number in numbers)
        return f"{self._prefix}{numbers}"

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """Return the position of a name; raise ValueError where there is none."""
        digits = str(value).removeprefix(self._prefix)
        position = int(digits) if digits.isdecimal() else self._count
        if position in range(self._count)[start:stop] and self[position] == value:
            return position
        raise ValueError(f"{value!r} is not among {self!r}")

    def __contains__(self, value: object) -> bool:
        try:
            self.index(value)
        except ValueError:
            return False
        return True

    def __eq__(self, other: object) -> bool:
        if isinstance(other, DefaultLabels):
            return (self._prefix, self._count) == (other._prefix, other._count)
        return isinstance(other, tuple) and tuple(self) == other

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        if self._count <= 4:
            return repr(tuple(self))
        return f"('{self[0]}', '{self[1]}', ..., '{self[-1]}')"


def checked_labels(kind: str, labels: Any, count: int, prefix: str) -> Sequence[str]:
    """Return ``count`` distinct names as a tuple of str, or the default ones."""
    if labels is None:
        return DefaultLabels(prefix, count)
    if isinstance(labels, str) or not isinstance(labels, Iterable):
        raise InvalidInput(
            f"{kind}s: {labels!r} is not a sequence of names. Pass one name a {kind}."
        )
    names = tuple(map(str, labels))
    if len(names) != count:
        raise InvalidInput(
            f"{kind}s: {len(names)} names, but the rewards have {count} {kind}s. "
            f"Pass one name a {kind}."
        )
    if len(set(names)) < count:
        name, first, second = _repeated(names)
        raise InvalidInput(
            f"{kind} {name!r} is named twice (positions {first} and {second}). "
            f"Rename or drop one of the two: names tell {kind}s apart."
        )
    return names


def _repeated(names: Sequence[str]) -> tuple[str, int, int]:
    seen: dict[str, int] = {}
    for position, name in enumerate(names):
        if seen.setdefault(name, position) != position:
            return name, seen[name], position
    raise AssertionError("names are distinct")
