"""The figure of our training curves with the published ones."""

from __future__ import annotations

import numpy as np
import pytest

from bench.errors import ResultsError
from reports.papers.mote.training_curves import CellCurves, draw
from reports.rendering import style

LOSSES, LANDSCAPE = np.linspace(2.3, 1.0, 50), np.linspace(1.0, 2.4, 11)


def cell(title="a cell", seeds=2, **changes):
    curves = {
        "published_losses": LOSSES,
        "published_landscape": LANDSCAPE,
        "losses": np.stack([LOSSES + 0.1 * seed for seed in range(seeds)]),
        "landscape": np.stack([LANDSCAPE + 0.1 * seed for seed in range(seeds)]),
    }
    return CellCurves(title, **(curves | changes))


def test_a_column_for_each_cell_and_a_line_for_each_seed():
    with style.settings():
        figure = draw([cell("first"), cell("second", seeds=3)])
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["first", "second", "", ""]
    assert [len(ax.lines) for ax in figure.axes] == [3, 4, 3, 4]
    for ax, published in zip(figure.axes, [LOSSES, LOSSES, LANDSCAPE, LANDSCAPE], strict=True):
        black = [line for line in ax.lines if line.get_color() == "black"]
        assert len(black) == 1
        np.testing.assert_array_equal(black[0].get_ydata(), published)
    assert figure.axes[0].lines[0].get_xdata().tolist() == list(range(1, 51))
    assert figure.axes[2].lines[0].get_xdata()[[0, -1]].tolist() == [0.0, 1.0]
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == [
        "ours",
        "published",
    ]


def test_one_seed_may_be_a_plain_curve():
    with style.settings():
        figure = draw([cell(losses=LOSSES, landscape=LANDSCAPE)])
    assert [len(ax.lines) for ax in figure.axes] == [2, 2]


def test_curves_of_another_length_are_an_error():
    with pytest.raises(ResultsError, match=r"a cell: losses of our own have shape \[1, 49\]"):
        draw([cell(losses=LOSSES[:-1])])
    with pytest.raises(ResultsError, match=r"landscape of our own .* the published ones \[10\]"):
        draw([cell(published_landscape=LANDSCAPE[:-1])])
    with pytest.raises(ResultsError, match="no training curves to draw"):
        draw([])
