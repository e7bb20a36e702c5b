"""The same on a dask.dataframe: prompts brought together, each partition solved where it lies."""

from __future__ import annotations

from typing import Any

import numpy as np

from mdsolve.batch.solve import solve_batch
from mdsolve.batch.tables import batch_from_table
from mdsolve.errors import InvalidInput
from mdsolve.mechanism import Mechanism


def solve_dask(
    frame: Any,
    mechanism: Mechanism,
    sizes: Any = None,
    *,
    by: str = "group",
    prompt_column: str = "prompt",
    **columns: Any,
) -> Any:
    """Return a lazy frame of what every game's groups pay, or of its model.

    Rows are shuffled by prompt, so that each prompt lies in one partition.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        One row a candidate outcome, as for `Batch.from_table`.
    mechanism : Mechanism
    sizes : mapping from group to size, or (groups,) array_like, optional
    by : str
        ``"group"`` for one row a game and group, ``"outcome"`` for one row an outcome.
    prompt_column, **columns
        As for `Batch.from_table`.

    Returns
    -------
    dask.dataframe.DataFrame
        The columns of `BatchOutcome.groups`, or of `BatchOutcome.allocations`.

    Raises
    ------
    InvalidInput
        If it is no such frame, or ``by`` is unknown; when computed, if a game is bad.

    Examples
    --------
    >>> import dask.dataframe as dd, pandas
    >>> import mdsolve as md
    >>> frame = pandas.DataFrame({"prompt": ["a", "a", "b"], "outcome": ["x", "y", "x"],
    ...                           "logprob": [-1.0, -1.0, -3.0], "kind": [0.2, 0.7, 0.5]})
    >>> mechanism = md.Mechanism(md.SocialWelfare("kl", 1.0), md.AffineMaximizer())
    >>> lazy = solve_dask(dd.from_pandas(frame, npartitions=1), mechanism)
    >>> lazy.compute(scheduler="sync")[["prompt", "group", "size"]].values.tolist()
    [['a', 'kind', 1.0], ['b', 'kind', 1.0]]
    """
    if not hasattr(frame, "map_partitions"):
        raise InvalidInput(
            f"frame: {type(frame).__name__} is not a dask.dataframe. For a frame in memory use "
            "Batch.from_table and solve_batch."
        )
    if by not in ("group", "outcome"):
        raise InvalidInput(f'by: {by!r} is not a row of a table. Use "outcome" or "group".')
    if prompt_column not in frame.columns:
        raise InvalidInput(
            f"frame: there is no column {prompt_column!r}; the columns are {list(frame.columns)}. "
            "Name the right one with prompt_column='...'."
        )
    together = frame.shuffle(on=prompt_column) if frame.npartitions > 1 else frame
    work = _Partition(mechanism, sizes, by, prompt_column, columns)
    return together.map_partitions(work, meta=work(_example(frame._meta)).iloc[:0])


class _Partition:
    """What is done with one pandas frame."""

    def __init__(
        self, mechanism: Mechanism, sizes: Any, by: str, prompt_column: str, columns: Any
    ) -> None:
        self.mechanism, self.sizes, self.by = mechanism, sizes, by
        self.prompt_column, self.columns = prompt_column, columns
        self.__name__ = "solve_dask"

    def __call__(self, frame: Any) -> Any:
        if not len(frame):
            return self(_example(frame)).iloc[:0]
        ordered = frame.sort_values(self.prompt_column, kind="stable").reset_index(drop=True)
        batch = batch_from_table(
            ordered, self.sizes, prompt_column=self.prompt_column, **self.columns
        )
        found = solve_batch(batch, self.mechanism, threads=1)
        table = found.groups() if self.by == "group" else found.allocations()
        return table.to_pandas()


def _example(empty: Any) -> Any:
    """Return one row that is a game of one outcome, with the columns of a frame."""
    import pandas

    def cell(name: str, kind: Any) -> Any:
        if not (isinstance(kind, np.dtype) and np.issubdtype(kind, np.number)):
            return "-"
        return 0.0 if name == "logprob" else 1.0

    return pandas.DataFrame({name: [cell(name, kind)] for name, kind in empty.dtypes.items()})
