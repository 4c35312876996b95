"""What all figures share: fixed settings, one look per method, labels beside their lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.results import Results
from reports.common import method_order
from reports.display import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "REFERENCE",
    "Look",
    "label_lines",
    "label_width",
    "looks",
    "mark_initial",
    "new_figure",
    "panel_height",
    "settings",
    "short_name",
    "sign",
    "spread",
]

REFERENCE = "#3a3a3a"
_LONGEST_NAME = 26
_LABEL_GAP_INCHES = 0.155
_PANEL_INCHES = 5.0

# Okabe and Ito, 2008, "Color universal design", without its yellow, which is lost on white, and
# with grey for its black, which is left to the exact front.
_COLOURS = ("#595959", "#E69F00", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9")
_DASHES: tuple[Any, ...] = (
    (0, ()),
    (0, (6, 1.5)),
    (0, (1.2, 1.2)),
    (0, (5, 1.5, 1.2, 1.5)),
    (0, (9, 2)),
    (0, (3, 1.2)),
    (0, (5, 1.5, 1.2, 1.5, 1.2, 1.5)),
    (0, (2, 3)),
)
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")

_SETTINGS: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.0,
    "axes.labelsize": 9.0,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.formatter.useoffset": False,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.6,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.dpi": 150,
    "svg.fonttype": "path",
    "text.parse_math": False,  # the name of a method may hold a dollar sign
}


@dataclass(frozen=True)
class Look:
    """Colour, dashes and marker of one method; any two of them tell methods apart, even in grey."""

    colour: str
    dashes: Any
    marker: str


@contextmanager
def settings(salt: str = "monas") -> Iterator[None]:
    """Draw and save with these settings alone, whatever the user's own are."""
    import matplotlib as mpl

    chosen: Any = _SETTINGS | {"svg.hashsalt": salt}
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(chosen)
        yield


def looks(results: Results) -> dict[str, Look]:
    """Return the look of every method of the roster and of the results, by name."""
    return {
        method: Look(
            _COLOURS[i % len(_COLOURS)], _DASHES[i % len(_DASHES)], _MARKERS[i % len(_MARKERS)]
        )
        for i, method in enumerate(method_order(results))
    }


def short_name(method: str) -> str:
    """Return a method's name as it fits into a figure."""
    return shorten(method, _LONGEST_NAME)


def new_figure(
    panels: Sequence[float], *, left: float = 0.75, right: float = 0.25
) -> tuple[Figure, list[Axes]]:
    """Return a figure with panels of these heights below each other.

    Sizes are in inches; all panels have the same width, whatever stands left and right of them.
    """
    from matplotlib.figure import Figure

    above, between, below = 0.35, 0.6, 0.75
    width = left + _PANEL_INCHES + right
    height = sum(panels) + above + between * (len(panels) - 1) + below
    figure = Figure(figsize=(width, height))
    axes, top = [], height - above
    for panel in panels:
        box = (left / width, (top - panel) / height, _PANEL_INCHES / width, panel / height)
        axes.append(figure.add_axes(box))
        top -= panel + between
    return figure, axes


def sign(figure: Figure, results: Results) -> None:
    """Write the protocol's label and the number of repetitions into the figure's lower left."""
    count = len(results.common_repetitions())
    repetitions = "1 repetition" if count == 1 else f"{count} repetitions"
    x, y = 0.08 / figure.get_figwidth(), 0.08 / figure.get_figheight()
    text = f"{results.protocol.label}, {repetitions}"
    figure.text(x, y, text, fontsize=7, color="#666666", ha="left", va="bottom")


def mark_initial(ax: Axes, initial: int) -> None:
    """Shade the evaluations of the initial designs, which all methods share."""
    ax.axvspan(0, initial, color="#ededed", linewidth=0, zorder=0)
    ax.axvline(initial, color="#a0a0a0", linewidth=0.8, zorder=0.5)


def panel_height(methods: int) -> float:
    """Return the height, in inches, of a panel beside which so many labels fit."""
    return max(2.9, methods * _LABEL_GAP_INCHES + 0.2)


def label_width(results: Results) -> float:
    """Return the inches that labels need to the right of a panel."""
    longest = max(len(short_name(method)) for method in results.methods)
    return 0.65 + 0.078 * longest


def label_lines(ax: Axes, ends: dict[str, float], style: dict[str, Look], *, panel: float) -> None:
    """Write each method's name beside the end of its line, moved apart where lines end together.

    Parameters
    ----------
    ends : dict of str to float
        Last value of each line, in data units. The limits of the axis must be set before.
    panel : float
        Height of the panel in inches.
    """
    methods = list(ends)
    to_axes = ax.transData + ax.transAxes.inverted()
    x_end = ax.get_xlim()[1]
    wanted = np.array([to_axes.transform((x_end, ends[method]))[1] for method in methods])
    wanted = np.clip(wanted, 0.0, 1.0)
    places = spread(wanted, gap=_LABEL_GAP_INCHES / panel, low=0.0, high=1.0)
    unit = 1.0 / _PANEL_INCHES
    for method, end, place in zip(methods, wanted, places, strict=True):
        look = style[method]
        common: dict[str, Any] = {
            "transform": ax.transAxes,
            "clip_on": False,
            "color": look.colour,
        }
        ax.plot([1, 1 + 0.13 * unit], [end, place], linewidth=0.6, **common)
        ax.plot(
            [1 + 0.13 * unit, 1 + 0.31 * unit, 1 + 0.49 * unit],
            [place] * 3,
            linewidth=1.5,
            linestyle=look.dashes,
            marker=look.marker,
            markevery=[1],
            markersize=4,
            **common,
        )
        ax.text(
            1 + 0.56 * unit,
            place,
            short_name(method),
            transform=ax.transAxes,
            fontsize=8,
            va="center_baseline",
        )


def spread(
    wanted: NDArray[np.float64], *, gap: float, low: float, high: float
) -> NDArray[np.float64]:
    """Return places at least `gap` apart within [low, high] and as near as can be to the wanted.

    Nearest in the sum of squares: an isotonic regression of `wanted` less the gaps below it, by
    pooling neighbours that are out of order.
    """
    count = len(wanted)
    gap = min(gap, (high - low) / max(count - 1, 1))
    order = np.argsort(wanted, kind="stable")
    pools: list[list[float]] = []
    for value in wanted[order] - gap * np.arange(count):
        pools.append([float(value), 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, n), (b, k) = pools[-2], pools.pop()
            pools[-1] = [(a * n + b * k) / (n + k), n + k]
    flat = np.repeat([mean for mean, _ in pools], [int(size) for _, size in pools])
    places = np.empty(count)
    places[order] = np.clip(flat, low, high - gap * (count - 1)) + gap * np.arange(count)
    return places
