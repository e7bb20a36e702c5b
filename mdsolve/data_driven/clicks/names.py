"""Names of bidders: each once."""

from __future__ import annotations

from collections.abc import Sequence

from mdsolve.errors import InvalidInput


def names_of(given: Sequence[str] | None, count: int) -> tuple[str, ...]:
    """Return the names of bidders, by default their numbers."""
    names = tuple(map(str, range(count))) if given is None else tuple(map(str, given))
    if len(names) != count:
        raise InvalidInput(
            f"bidders: {len(names)} names for {count} bidders. Name each bidder once."
        )
    twins = [name for k, name in enumerate(names) if name in names[:k]]
    if twins:
        raise InvalidInput(f"bidders: {twins[0]!r} is named twice. Rename one of the two.")
    return names
