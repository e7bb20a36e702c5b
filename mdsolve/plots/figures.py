"""What the pictures share: a figure that needs no window, colours, labels that fit."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from functools import cache

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.patches import Patch
from matplotlib.text import Text

from mdsolve.outcome_views import one_line

REFERENCE, MODEL, INK = "#A6A6A6", "#0072B2", "#404040"
#: distinct to every kind of colour vision, also beside the model's blue (Okabe and Ito, 2008)
GROUPS = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#F0E442", "#000000", "#7F5FA9")

#: characters of a name that a picture shows
WIDTH = 30

_WIDER_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "WenQuanYi Micro Hei",
    "PingFang SC",
    "Hiragino Sans",
    "Microsoft YaHei",
    "Arial Unicode MS",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
)


class Picture(Figure):
    """A figure without a window, which a notebook shows as it is."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__(figsize=(width, height), layout="constrained")

    def _repr_html_(self) -> str:
        image = io.BytesIO()
        self.savefig(image, format="png", dpi=110)
        encoded = base64.b64encode(image.getvalue()).decode("ascii")
        return f'<img src="data:image/png;base64,{encoded}">'


def whole(figure: FigureBase) -> Figure:
    """Return the figure that a subfigure is part of."""
    root = figure.figure
    assert isinstance(root, Figure)
    return root


def plain(texts: Iterable[Text]) -> None:
    """Show texts as they are written: dollars are no mathematics, and wider fonts may help."""
    for text in texts:
        text.set_parse_math(False)
        text.set_usetex(False)
        text.set_fontfamily(fonts())


@cache
def fonts() -> list[str]:
    """Return the sans-serif family and what is installed for other scripts."""
    installed = set(font_manager.get_font_names())
    return ["DejaVu Sans", *(name for name in _WIDER_FONTS if name in installed)]


def heading(figure: FigureBase, title: str, size: str = "large") -> None:
    """Write a title above everything."""
    plain([figure.suptitle(title, fontsize=size, color=INK)])


def legend(
    figure: FigureBase, names: Sequence[str], colours: Sequence[str], *, title: str | None = None
) -> None:
    """Explain colours below the panels."""
    handles = [Patch(facecolor=colour) for colour in colours]
    made = figure.legend(
        handles,
        [str(k) for k in range(len(names))],
        loc="outside lower center",
        ncols=len(names) if sum(len(one_line(name, WIDTH)) + 6 for name in names) <= 100 else 4,
        frameon=False,
        fontsize="small",
        title=title,
        title_fontsize="small",
    )
    for text, name in zip(made.get_texts(), names, strict=True):
        text.set_text(one_line(name, WIDTH))
    plain(made.get_texts())


def rows(axes: Axes, names: Sequence[str], *, size: str = "medium") -> None:
    """Name the rows of a horizontal bar chart, the first one on top."""
    axes.set_yticks(range(len(names)), [one_line(name, WIDTH) for name in names], fontsize=size)
    plain(axes.get_yticklabels())
    axes.set_ylim(len(names) - 0.4, -0.6)


def bars_axis(axes: Axes, low: float, high: float, *, size: str = "medium") -> None:
    """Let the horizontal axis run from ``low`` to ``high``, with few enough ticks to read."""
    axes.set_xlim(low, high)
    axes.locator_params(axis="x", nbins=5)
    axes.tick_params(axis="x", labelsize=size)
    if low < 0:
        axes.axvline(0, color=INK, linewidth=0.8)
    tidy(axes)


def tidy(axes: Axes) -> None:
    """Leave the lines that help to read off numbers."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", color="#E4E4E4", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", length=0, colors=INK)
    for spine in axes.spines.values():
        spine.set_color("#BFBFBF")
