"""How the docs are built: MyST pages, numpydoc references, an executed gallery; all offline."""

import os
import sys
from pathlib import Path

import mdsolve

os.environ["MPLBACKEND"] = "Agg"
sys.path.insert(0, str(Path(__file__).parent))

project = "mdsolve"
author = "The mdsolve developers"
project_copyright = author
version = release = mdsolve.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "sphinx-mathjax-offline",
    "sphinx_gallery.gen_gallery",
    "race_pages",
]
exclude_patterns = ["_build", "_extra", "examples"]
templates_path = ["_templates"]

html_theme = "furo"
html_title = f"mdsolve {version}"
html_copy_source = False
html_extra_path = ["_extra"]

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_typehints = "none"  # numpydoc's sections say types, shapes and units
autosummary_generate = True
autosummary_ignore_module_all = False
numpydoc_class_members_toctree = False
numpydoc_show_class_members = False

sphinx_gallery_conf = {
    "abort_on_example_error": True,
    "backreferences_dir": None,
    "copyfile_regex": "",
    "download_all_examples": False,
    "examples_dirs": "examples",
    "filename_pattern": r"\.py$",
    "gallery_dirs": "gallery",
    "image_scrapers": ("matplotlib", "pictures.scraper"),
    "min_reported_time": 1e9,
    "remove_config_comments": True,
    "show_memory": False,
    "within_subsection_order": "FileNameSortKey",
    "write_computation_times": False,
}
