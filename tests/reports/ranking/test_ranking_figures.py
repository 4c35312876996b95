"""Figures of a ranking protocol: marks, intervals and names do not cover each other."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from playing import planned

from bench.protocol import load_ranking_protocol
from bench.results.ranking import load_ranking_results
from bench.runs.sweep import perform
from reports.ranking.ranking_figures import draw_ranking_plots

SOURCE = Path(__file__).resolve().parents[3] / "methods/mote/estimators.py"
FORMS = f"""
[[roster]]
label = "loss"
source = "training"
estimator = "{SOURCE}:LastLoss"
group = "Forms"

[[roster]]
label = "seconds"
source = "training"
estimator = "{SOURCE}:TrainingSeconds"
group = "Forms"
"""


@pytest.fixture
def results(rules, tmp_path):
    path = rules()
    path.write_text(path.read_text(encoding="utf-8") + FORMS, encoding="utf-8")
    for each in planned(path, results=tmp_path / "r").runs:
        perform(each)
    return load_ranking_results(load_ranking_protocol(str(path)), tmp_path / "r")


@pytest.fixture
def cost(results):
    """Return the figure of cost on all cells, laid out."""
    plots = {plot.name: plot for plot in draw_ranking_plots(results)}
    figure = plots["cost-all"].figure
    figure.draw_without_rendering()
    return figure


def test_the_legend_covers_no_mark(cost):
    (ax,) = cost.axes
    box = ax.get_legend().get_window_extent()
    assert box.y0 >= ax.bbox.y1
    assert box.x0 >= 0
    assert box.x1 <= cost.bbox.width
    assert box.y1 <= cost.bbox.height


def test_every_entry_has_its_interval_with_or_without_seconds(cost, results):
    (ax,) = cost.axes
    drawn = [tuple(line.get_ydata()) for line in ax.lines]
    assert {entry.label for entry in results.entries if not np.isfinite(entry.seconds)}
    for entry in results.entries:
        found = entry.sets["all"]
        assert (found.low, found.high) in drawn, entry.label


def joining(ax):
    return [line for line in ax.lines if line.get_linewidth() == 1.0]


def test_only_entries_that_differ_in_epochs_are_joined(cost, results):
    (ax,) = cost.axes
    assert {entry.group for entry in results.entries} == {"", "Epochs", "Forms"}
    entries = {entry.label: entry for entry in results.entries}
    expected = [
        (entries[label].seconds, entries[label].sets["all"].tau) for label in ("tse-2", "tse")
    ]
    (line,) = joining(ax)
    np.testing.assert_array_equal(line.get_xydata(), expected)


def test_names_do_not_cover_the_line_that_joins_entries(cost):
    (ax,) = cost.axes
    (line,) = joining(ax)
    path = ax.transData.transform(line.get_xydata())
    along = np.concatenate([np.linspace(a, b, 200) for a, b in pairwise(path)])
    names = {text.get_text(): text.get_window_extent() for text in ax.texts}
    assert {"tse", "tse-2"} <= set(names)
    for name, box in names.items():
        assert not any(box.contains(*at) for at in along), name
