"""The source tree is what is tested, in subprocesses too, with its annotations checked."""

import os
from pathlib import Path

from hypothesis import settings
from jaxtyping import install_import_hook

ROOT = Path(__file__).resolve().parents[1]

os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.getenv("PYTHONPATH")]))
os.environ["MPLBACKEND"] = "Agg"
install_import_hook("mdsolve", "beartype.beartype")
settings.register_profile("mdsolve", deadline=None, print_blob=True)
settings.load_profile("mdsolve")
