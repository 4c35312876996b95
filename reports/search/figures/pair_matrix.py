"""Every pair of methods: the most probable of better, practically equal and worse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bench.arrays import Floats
from bench.results.search import SearchResults
from reports.rendering import style
from reports.search.figures.method_looks import sign
from reports.search.pairs import Pairs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw"]

_CAPTION = (
    "The most probable relation of the method of a row to that of a column, by its probability in "
    "percent: blue if the row's method is better, orange if it is worse, grey if their hypervolume "
    "ratios differ by {region:g} or less. Pale cells are not settled. Columns are numbered like "
    "rows, which are in the order of the leaderboard."
)
_BETTER, _EQUAL, _WORSE = (0.0, 0.45, 0.70), (0.45, 0.45, 0.45), (0.84, 0.37, 0.0)
_CELL_INCHES, _LARGEST_INCHES = 0.36, 0.8
_LEAST = 1 / 3  # the most probable of three has at least this probability: such a cell is white
_DARK = 0.18  # luminance below which white has more contrast than black


def draw(results: SearchResults, pairs: Pairs) -> tuple[str, Figure]:
    """Return the caption and the figure, with a row for each method.

    Parameters
    ----------
    results : SearchResults
    pairs : Pairs
    """
    from matplotlib.figure import Figure

    order, names = pairs.order, style.short_names(pairs.order)
    cell = min(_LARGEST_INCHES, max(_CELL_INCHES, 3.0 / len(order)))
    left, above, below, right = 0.55 + 0.078 * max(map(len, names.values())), 0.35, 0.35, 0.2
    side = cell * len(order)
    width, height = max(left + side + right, 4.5), above + side + below
    figure = Figure(figsize=(width, height))
    ax = figure.add_axes((left / width, below / height, side / width, side / height))
    rows = {method: row for row, method in enumerate(order)}
    shades = np.ones((len(order), len(order), 3))
    for pair in pairs.pairs:
        i, j = rows[pair.first], rows[pair.second]
        upper = {_BETTER: pair.better, _EQUAL: pair.equal, _WORSE: pair.worse}
        lower = {_BETTER: pair.worse, _EQUAL: pair.equal, _WORSE: pair.better}
        for row, column, found in ((i, j, upper), (j, i, lower)):
            shades[row, column] = _shade(found)
            ax.text(column, row, f"{100 * max(found.values()):.0f}", **_text(shades[row, column]))
    ax.imshow(shades)
    ax.set_xlim(-0.5, len(order) - 0.5)
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.set_xticks(range(len(order)), [str(row + 1) for row in range(len(order))])
    ax.set_yticks(range(len(order)), [f"{names[m]}  {row + 1}" for m, row in rows.items()])
    ax.tick_params(length=0, labeltop=True, labelbottom=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    sign(figure, results)
    return _CAPTION.format(region=pairs.region), figure


def _shade(found: dict[tuple[float, float, float], float]) -> Floats:
    """Return the colour of the most probable relation, paler if it is less probable."""
    colour = max(found, key=lambda key: found[key])
    strength = max(0.0, (found[colour] - _LEAST) / (1 - _LEAST))
    return 1.0 - strength * (1.0 - np.asarray(colour))


def _text(shade: Floats) -> dict[str, Any]:
    """Return the options of a number on a shade."""
    luminance = float(np.power(shade, 2.2) @ (0.2126, 0.7152, 0.0722))
    colour = "white" if luminance < _DARK else "black"
    return {"fontsize": 7, "ha": "center", "va": "center", "color": colour}
