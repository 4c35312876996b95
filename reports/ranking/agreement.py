"""Agreement of entries: rank correlations of their scores with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.results.ranking import RankingResults
from reports.rendering import style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["agreement_frame", "draw_agreement"]

_CELL_INCHES = 0.25
_COLOURS = "RdBu"  # diverging about 0, and safe for readers who confuse red and green
_DARK = 0.6  # above it a number is written in white


def agreement_frame(results: RankingResults) -> pd.DataFrame:
    """Return one row for each set and pair of entries, not rounded."""
    import pandas as pd

    rows = []
    for chosen in results.protocol.rules.sets:
        labels, matrix = results.agreement(chosen.name)
        rows += [
            (chosen.name, labels[i], labels[j], matrix[i, j])
            for i in range(len(labels))
            for j in range(i)
        ]
    return pd.DataFrame(rows, columns=["set", "entry", "other", "spearman"])


def draw_agreement(results: RankingResults, chosen: str, labels: list[str]) -> Figure:
    """Draw the matrix of Spearman's correlations of entries with each other.

    Parameters
    ----------
    results : RankingResults
    chosen : str
        Name of the set of cells.
    labels : list of str
        Labels of at least two entries, in the order of the matrix.
    """
    from matplotlib.figure import Figure

    known, matrix = results.agreement(chosen)
    indices = [known.index(label) for label in labels]
    values = matrix[np.ix_(indices, indices)]
    shown = np.where(np.tri(len(labels), k=-1, dtype=bool), values, np.nan)[1:, :-1]
    names = list(style.short_names(labels).values())
    margin = 0.2 + 0.07 * max(len(name) for name in names)
    side = _CELL_INCHES * (len(labels) - 1)
    width, height = margin + side + 0.2, margin + side + 0.4
    figure = Figure(figsize=(width, height))
    ax = figure.add_axes((margin / width, (margin + 0.2) / height, side / width, side / height))
    ax.imshow(shown, cmap=_COLOURS, vmin=-1.0, vmax=1.0)
    for i, j in np.argwhere(np.isfinite(shown)):
        value = shown[i, j]
        colour = "white" if abs(value) > _DARK else "black"
        ax.text(j, i, f"{100 * value:.0f}", fontsize=6, ha="center", va="center", color=colour)
    ticks = range(len(labels) - 1)
    ax.set_xticks(ticks, names[:-1], rotation=90, fontsize=7)
    ax.set_yticks(ticks, names[1:], fontsize=7)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return figure
