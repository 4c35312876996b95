"""The style of all figures: fixed settings, the looks of methods, labels beside their lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.arrays import Floats
from reports.rendering.labels import distinct_labels

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
    "settings",
    "short_names",
    "spread",
]

REFERENCE = "#3a3a3a"
_LONGEST_NAME = 26
_LABEL_GAP_INCHES = 0.155
_PANEL_INCHES = 5.0
_LEADER_INCHES, _KEY_INCHES = 0.13, 0.5  # from the end of a line to its label, and its sample there

# Okabe and Ito, 2008, "Color universal design", without yellow, which is hard to see on white, and
# black, which is the colour of the exact front.
_COLOURS = ("#E69F00", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9")
# The numbers of colours, dashes and markers have no common divisor in pairs: any two of the first
# 42 methods differ in at least two of the three.
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
_SIZE, _SIZES = 5.0, {"*": 7.5, "D": 4.4, "d": 6.0}  # so that all look equally large

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
    "text.parse_math": False,  # the name of a method may contain a dollar sign
}


@dataclass(frozen=True)
class Look:
    """The look of one method; any two of its three attributes identify it, even in grey.

    Attributes
    ----------
    colour : str
    dashes : tuple
        Line style of matplotlib.
    marker : str
        Marker of matplotlib.
    """

    colour: str
    dashes: Any
    marker: str

    @property
    def line(self) -> dict[str, Any]:
        """Options of a plotted line with marks."""
        return self.mark | {"linestyle": self.dashes, "linewidth": 1.5}

    @property
    def mark(self) -> dict[str, Any]:
        """Options of plotted marks without a line, and without edges, which round their corners."""
        return {
            "color": self.colour,
            "linestyle": "none",
            "marker": self.marker,
            "markersize": _SIZES.get(self.marker, _SIZE),
            "markeredgewidth": 0.0,
        }


_BASELINE = Look("#595959", (0, ()), "o")  # grey and solid


@contextmanager
def settings(salt: str = "monas") -> Iterator[None]:
    """Draw and save with the settings of this module, without the user's own.

    Parameters
    ----------
    salt : str
        Seeds the identifiers inside an SVG.
    """
    import matplotlib as mpl

    chosen: Any = _SETTINGS | {"svg.hashsalt": salt}
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(chosen)
        yield


def looks(names: Sequence[str], baseline: str) -> dict[str, Look]:
    """Return the look of each method, by name.

    Parameters
    ----------
    names : sequence of str
        The methods; the position of a name among all but the baseline decides its look.
    baseline : str
        The method with which all others are compared, in grey; it need not be among `names`.
    """
    others = [name for name in names if name != baseline]
    return {baseline: _BASELINE} | {
        name: Look(
            _COLOURS[i % len(_COLOURS)], _DASHES[i % len(_DASHES)], _MARKERS[i % len(_MARKERS)]
        )
        for i, name in enumerate(others)
    }


def short_names(methods: Iterable[str]) -> dict[str, str]:
    """Return a label that fits into a figure for each of its methods; no two are equal."""
    return distinct_labels(methods, _LONGEST_NAME)


def new_figure(
    panels: Sequence[float], *, left: float = 0.75, right: float = 0.25
) -> tuple[Figure, list[Axes]]:
    """Return a figure with panels one below the other, all of the same width.

    Parameters
    ----------
    panels : sequence of float
        Height of each panel in inches, from top to bottom.
    left, right : float
        Inches to the left and to the right of the panels.

    Returns
    -------
    figure : Figure
    axes : list of Axes
        One for each panel.
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


def foot_line(figure: Figure, text: str) -> None:
    """Write a line into the figure's lower left corner.

    Parameters
    ----------
    figure : Figure
    text : str
        Such as the protocol's label.
    """
    x, y = 0.08 / figure.get_figwidth(), 0.08 / figure.get_figheight()
    figure.text(x, y, text, fontsize=7, color="#666666", ha="left", va="bottom")


def count_evaluations(ax: Axes, last: int) -> None:
    """Set the limits of the x-axis to a number of evaluations, with whole numbers as ticks.

    Parameters
    ----------
    ax : Axes
    last : int
        Number of the last evaluation.
    """
    from matplotlib.ticker import MaxNLocator

    ax.set_xlim(0, last)
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=(1, 2, 2.5, 5, 10)))


def near(value: float, low: float, high: float) -> bool:
    """Tell whether limits that include a value leave two thirds of an axis to the data.

    A value further away would squeeze the data into a corner; it is written at the edge instead.

    Parameters
    ----------
    value : float
        In the units of the axis.
    low, high : float
        Range of the data.
    """
    return max(high, value) - min(low, value) <= 1.5 * (high - low)


def mark_initial(ax: Axes, initial: int) -> None:
    """Shade the evaluations of the initial designs that all methods share.

    Parameters
    ----------
    ax : Axes
    initial : int
        Number of initial designs; nothing is shaded if there are none.
    """
    if initial == 0:
        return
    ax.axvspan(0, initial, color="#ededed", linewidth=0, zorder=0)
    ax.axvline(initial, color="#a0a0a0", linewidth=0.8, zorder=0.5)


def panel_height(methods: int) -> float:
    """Return the height in inches of a panel beside which a label of each method fits."""
    return max(2.9, methods * _LABEL_GAP_INCHES + 0.2)


def label_width(names: Sequence[str]) -> float:
    """Return the inches to the right of a panel that the labels of these methods need."""
    longest = max(map(len, short_names(names).values()))
    return _LEADER_INCHES + _KEY_INCHES + 0.16 + 0.078 * longest


def label_lines(ax: Axes, ends: dict[str, float], looks: dict[str, Look], *, panel: float) -> None:
    """Write each method's name beside the end of its line, moved apart where names would overlap.

    Parameters
    ----------
    ax : Axes
        Its limits must be set before.
    ends : dict of str to float
        Last value of each method's line, in data units.
    looks : dict of str to Look
        The look of each method.
    panel : float
        Height of the panel in inches.
    """
    methods, names = list(ends), short_names(ends)
    to_axes = ax.transData + ax.transAxes.inverted()
    x_end = ax.get_xlim()[1]
    wanted = np.array([to_axes.transform((x_end, ends[method]))[1] for method in methods])
    wanted = np.clip(wanted, 0.0, 1.0)
    positions = spread(wanted, gap=_LABEL_GAP_INCHES / panel, low=0.0, high=1.0)
    unit = 1.0 / _PANEL_INCHES
    for method, end, position in zip(methods, wanted, positions, strict=True):
        look = looks[method]
        common: dict[str, Any] = {"transform": ax.transAxes, "clip_on": False}
        left, right = 1 + _LEADER_INCHES * unit, 1 + (_LEADER_INCHES + _KEY_INCHES) * unit
        ax.plot([1, left], [end, position], color=look.colour, linewidth=0.6, **common)
        key = [left, (left + right) / 2, right]
        ax.plot(key, [position] * 3, markevery=[1], **look.line, **common)
        ax.text(
            right + 0.07 * unit,
            position,
            names[method],
            transform=ax.transAxes,
            fontsize=8,
            va="center_baseline",
        )


def spread(wanted: Floats, *, gap: float, low: float, high: float) -> Floats:
    """Return positions that are a gap apart and as near as possible to the wanted ones.

    Nearest in the sum of squares: an isotonic regression of `wanted` less the gaps below each
    position, by pooling neighbours that are out of order.

    Parameters
    ----------
    wanted : array [n]
        Wanted positions.
    gap : float
        Smallest distance between two positions; smaller if the range has no room for it.
    low, high : float
        Range of the positions.

    Returns
    -------
    array [n]
        Positions in the order of `wanted`.
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
    positions = np.empty(count)
    positions[order] = np.clip(flat, low, high - gap * (count - 1)) + gap * np.arange(count)
    return positions
