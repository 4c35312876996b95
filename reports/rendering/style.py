"""What all figures share: fixed settings, one look per method, labels beside their lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.results.search import SearchResults
from reports.rendering.display import shorten
from reports.search.comparison import RANDOM, method_order

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "REFERENCE",
    "Look",
    "count_evaluations",
    "foot_line",
    "label_lines",
    "label_width",
    "looks",
    "mark_initial",
    "near",
    "new_figure",
    "panel_height",
    "repetitions",
    "settings",
    "short_name",
    "sign",
    "spread",
]

REFERENCE = "#3a3a3a"
_LONGEST_NAME = 26
_LABEL_GAP_INCHES = 0.155
_PANEL_INCHES = 5.0
_LEADER_INCHES, _KEY_INCHES = 0.13, 0.5  # from the end of a line to its label, and its sample there

# Okabe and Ito, 2008, "Color universal design", without its yellow, which is lost on white, and its
# black, which is left to the exact front.
_COLOURS = ("#E69F00", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9")
# No two of the numbers of colours, dashes and markers have a common divisor: of the first 42
# methods any two differ in at least two of the three.
_DASHES: tuple[Any, ...] = (
    (0, (6, 1.5)),
    (0, (1.2, 1.2)),
    (0, (5, 1.5, 1.2, 1.5)),
    (0, (11, 2)),
    (0, (2, 3)),
    (0, (5, 1.5, 1.2, 1.5, 1.2, 1.5)),
    (0, ()),
)
_MARKERS = ("s", "^", "D", "v", "P", "X", "<", "*", ">", "d", "o")
_SIZE, _SIZES = 5.0, {"*": 7.5, "D": 4.4, "d": 6.0}  # so that they look alike in size

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

    @property
    def line(self) -> dict[str, Any]:
        """Options of a plotted line with marks."""
        return self.mark | {"linestyle": self.dashes, "linewidth": 1.5}

    @property
    def mark(self) -> dict[str, Any]:
        """Options of plotted marks alone, without edges, which would round their corners."""
        return {
            "color": self.colour,
            "linestyle": "none",
            "marker": self.marker,
            "markersize": _SIZES.get(self.marker, _SIZE),
            "markeredgewidth": 0.0,
        }


_RANDOM = Look("#595959", (0, ()), "o")  # grey and solid for what all others are held against


@contextmanager
def settings(salt: str = "monas") -> Iterator[None]:
    """Draw and save with these settings alone, whatever the user's own are."""
    import matplotlib as mpl

    chosen: Any = _SETTINGS | {"svg.hashsalt": salt}
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(chosen)
        yield


def looks(results: SearchResults) -> dict[str, Look]:
    """Return the look of every method of the roster and of the results, by name."""
    others = [method for method in method_order(results) if method != RANDOM]
    return {RANDOM: _RANDOM} | {
        method: Look(
            _COLOURS[i % len(_COLOURS)], _DASHES[i % len(_DASHES)], _MARKERS[i % len(_MARKERS)]
        )
        for i, method in enumerate(others)
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


def sign(figure: Figure, results: SearchResults) -> None:
    """Write the protocol's label and the number of repetitions into the figure's lower left."""
    said = repetitions(len(results.common_repetitions()))
    foot_line(figure, f"{results.protocol.label}, {said}")


def repetitions(count: int) -> str:
    """Return a number of repetitions in words."""
    return "1 repetition" if count == 1 else f"{count} repetitions"


def foot_line(figure: Figure, text: str) -> None:
    """Write into the figure's lower left what it was drawn from."""
    x, y = 0.08 / figure.get_figwidth(), 0.08 / figure.get_figheight()
    figure.text(x, y, text, fontsize=7, color="#666666", ha="left", va="bottom")


def count_evaluations(ax: Axes, last: int) -> None:
    """Let the axis run from 0 to the last evaluation, with whole numbers as ticks."""
    from matplotlib.ticker import MaxNLocator

    ax.set_xlim(0, last)
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=(1, 2, 2.5, 5, 10)))


def near(value: float, low: float, high: float) -> bool:
    """Tell whether limits stretched from [low, high] to a value leave two thirds to what is shown.

    What lies further off would squeeze the data into a corner: it is written at the edge instead.
    """
    return max(high, value) - min(low, value) <= 1.5 * (high - low)


def mark_initial(ax: Axes, initial: int) -> None:
    """Shade the evaluations of the initial designs, which all methods share, if there are any."""
    if initial == 0:
        return
    ax.axvspan(0, initial, color="#ededed", linewidth=0, zorder=0)
    ax.axvline(initial, color="#a0a0a0", linewidth=0.8, zorder=0.5)


def panel_height(methods: int) -> float:
    """Return the height, in inches, of a panel beside which so many labels fit."""
    return max(2.9, methods * _LABEL_GAP_INCHES + 0.2)


def label_width(results: SearchResults) -> float:
    """Return the inches that labels need to the right of a panel."""
    longest = max(len(short_name(method)) for method in results.methods)
    return _LEADER_INCHES + _KEY_INCHES + 0.16 + 0.078 * longest


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
        common: dict[str, Any] = {"transform": ax.transAxes, "clip_on": False}
        left, right = 1 + _LEADER_INCHES * unit, 1 + (_LEADER_INCHES + _KEY_INCHES) * unit
        ax.plot([1, left], [end, place], color=look.colour, linewidth=0.6, **common)
        key = [left, (left + right) / 2, right]
        ax.plot(key, [place] * 3, markevery=[1], **look.line, **common)
        ax.text(
            right + 0.07 * unit,
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
