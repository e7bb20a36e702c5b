"""The pictures of the gallery: figures without a window, unknown to pyplot."""

from matplotlib.figure import Figure
from sphinx_gallery.scrapers import figure_rst


def scraper(block, block_vars, gallery_conf):
    """Save the figure that a block ends with, and return the text that shows it."""
    values = block_vars["example_globals"]
    shown = values.get("___")
    if not isinstance(shown, Figure):
        return ""
    values["___"] = None  # shown once, and not by the next block
    path = next(block_vars["image_path_iterator"])
    shown.savefig(path, dpi=150)
    return figure_rst([path], gallery_conf["src_dir"])
