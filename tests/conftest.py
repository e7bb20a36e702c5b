"""The source tree is what is tested, in subprocesses too, with its array annotations checked."""

import os
from pathlib import Path
from typing import Any, get_args

from beartype import beartype
from hypothesis import settings
from jaxtyping import AbstractArray, install_import_hook

ROOT = Path(__file__).resolve().parents[1]

os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.getenv("PYTHONPATH")]))
os.environ["MPLBACKEND"] = "Agg"


def names_an_array(hint: Any) -> bool:
    array = isinstance(hint, type) and issubclass(hint, AbstractArray)
    return array or any(names_an_array(part) for part in get_args(hint))


def check_arrays(function):
    """Check kinds and shapes of arrays; any other argument meets the function's own refusals."""
    hints = function.__annotations__.items()
    function.__annotations__ = {name: hint for name, hint in hints if names_an_array(hint)}
    return beartype(function)


import mdsolve.certificates.check_flint  # noqa: E402, F401 - no arrays there, and many short calls

install_import_hook("mdsolve", "conftest.check_arrays")

# where a merge waits for it, a run draws what every other run draws
settings.register_profile("mdsolve", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("mdsolve")
