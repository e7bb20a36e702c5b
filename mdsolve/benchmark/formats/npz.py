"""A program as arrays: A, b, c, P, bounds and cones in NumPy's own archive, with no pickle."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np

from mdsolve.benchmark.cones import CONES
from mdsolve.benchmark.program import ConicProgram
from mdsolve.errors import InvalidInput

#: no array of an archive may be larger
BYTES = 1 << 33

_ARRAYS = (
    "objective sides lower upper constant maximize shape cone_kinds cone_rows "
    "matrix_data matrix_indices matrix_indptr"
)
_QUADRATIC = "quadratic_data quadratic_indices quadratic_indptr"


def data(program: ConicProgram) -> bytes:
    """Return a program as an .npz archive; its names are no part of it."""
    arrays: dict[str, Any] = {
        "objective": program.objective,
        "sides": program.sides,
        "lower": program.lower,
        "upper": program.upper,
        "constant": np.array(program.constant),
        "maximize": np.array(program.maximize),
        "shape": np.array(program.shape),
        "cone_kinds": np.array([CONES.index(kind) for kind, _ in program.cones], dtype=np.int64),
        "cone_rows": np.array([count for _, count in program.cones], dtype=np.int64),
        **_sparse("matrix", program.matrix),
    }
    if program.quadratic is not None:
        arrays |= _sparse("quadratic", program.quadratic)
    whole = io.BytesIO()
    np.savez(whole, allow_pickle=False, **arrays)
    return whole.getvalue()


def read(given: bytes, name: str) -> ConicProgram:
    """Return the program of an archive.

    Raises
    ------
    InvalidInput
        If it is no archive of a program, naming what is wrong.
    """
    try:
        arrays = _arrays(given)
        rows, columns = (int(size) for size in arrays["shape"])
        kinds = [CONES[kind] for kind in arrays["cone_kinds"].tolist()]
        return ConicProgram(
            arrays["objective"],
            _matrix("matrix", arrays, rows, columns),
            arrays["sides"],
            list(zip(kinds, arrays["cone_rows"].tolist(), strict=True)),
            quadratic=(
                _matrix("quadratic", arrays, columns, columns)
                if "quadratic_data" in arrays
                else None
            ),
            lower=arrays["lower"],
            upper=arrays["upper"],
            constant=float(arrays["constant"]),
            maximize=bool(arrays["maximize"]),
        )
    except InvalidInput as error:
        raise InvalidInput(f"{name}: {error}") from error
    except (OSError, KeyError, ValueError, TypeError, IndexError, EOFError, *_BROKEN) as error:
        raise InvalidInput(
            f"{name}: is no archive of a program ({error}). It needs the arrays {_ARRAYS}, and for "
            f"a quadratic objective {_QUADRATIC}."
        ) from error


_BROKEN = (zipfile.BadZipFile, NotImplementedError, SyntaxError, OverflowError, MemoryError)


def _arrays(given: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(given)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > BYTES:
            raise ValueError(f"more than {BYTES:,} bytes")
    with np.load(io.BytesIO(given), allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def _sparse(name: str, table: Any) -> dict[str, Any]:
    return {
        f"{name}_data": table.data,
        f"{name}_indices": table.indices.astype(np.int64),
        f"{name}_indptr": table.indptr.astype(np.int64),
    }


def _matrix(name: str, arrays: dict[str, Any], rows: int, columns: int) -> Any:
    from scipy.sparse import csr_array

    parts = tuple(arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr"))
    found: Any = csr_array(parts, shape=(rows, columns))
    found.check_format(full_check=True)
    return found
