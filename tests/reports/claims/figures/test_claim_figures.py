"""Figures of claims, on made results."""

from __future__ import annotations

import numpy as np
import pytest
from published_numbers import PROTOCOL

from reports.claims.figures import draw_plots
from reports.claims.figures.curve_panels import OURS, PUBLISHED
from reports.claims.figures.ratio_panels import RatioPanel, draw_ratios
from reports.rendering import style


def plots_of(paper, paper_evidence):
    return {plot.name: plot for plot in draw_plots(paper, paper_evidence)}


def test_published_curves_are_drawn_with_ours_and_random_search(paper, paper_evidence):
    plot = plots_of(paper, paper_evidence)[f"curves-{PROTOCOL}"]
    nsga2, moead = [ax for ax in plot.figure.axes if ax.axison]
    colours = [line.get_color() for line in nsga2.lines if len(line.get_xdata()) > 2]
    assert OURS in colours
    published = next(line for line in nsga2.lines if line.get_color() == PUBLISHED)
    assert published.get_xdata().tolist() == [20, 200]
    ours = next(line for line in nsga2.lines if line.get_color() == OURS)
    results = paper_evidence.searches(PROTOCOL, "nsga2")
    initial = results.protocol.rules.budget.initial
    expected = results.traces("nsga2").mean(axis=0)[initial - 1 :]
    np.testing.assert_allclose(ours.get_ydata(), expected)
    random = results.traces("random").mean(axis=0)
    passed = int((random > 0.5).argmax()) + 1
    assert nsga2.texts[0].get_text() == f"mean of random passes the\npublished end after {passed}"
    assert moead.texts[0].get_text() == "mean of random does not\nreach the published end"
    assert "moead, not run" in moead.get_title(loc="left")
    assert "The mean of 8 repetitions of random search" in plot.caption
    assert f"NSGA-II after {passed} evaluations; the claims on random search judge" in plot.caption


def test_ratios_are_drawn_for_the_pairs_that_were_run(paper, paper_evidence):
    figure = plots_of(paper, paper_evidence)[f"ratios-{PROTOCOL}"].figure
    claimed, extra = [ax for ax in figure.axes if ax.axison]  # moead was not run
    texts = [text.get_text() for text in claimed.texts]
    assert "claimed 3" in texts
    assert "nsga2\nagainst random\n8 repetitions" in texts
    assert claimed.get_yscale() == "log"
    assert [t.get_text() for t in extra.texts] == ["random\nagainst nsga2\n8 repetitions"]


def made_ratios(count, most):
    levels = np.array([0.5, 0.7])
    return [
        RatioPanel(f"m{k}", "b", 8, levels, levels + 0.6, levels + 0.5, np.array([1.0, most]), ())
        for k in range(count)
    ]


@pytest.mark.parametrize(("count", "columns"), [(2, 2), (5, 3), (9, 3), (14, 4)])
def test_ratios_are_laid_out_as_a_grid(count, columns):
    with style.settings():
        figure = draw_ratios(made_ratios(count, 2.0), title="t", lower=False, foot="f")
    shown = [ax.get_position() for ax in figure.axes if ax.axison]
    assert len(shown) == count
    assert len({round(box.x0, 6) for box in shown}) == columns
    for k, box in enumerate(shown):
        assert all(not box.overlaps(other) for other in shown[:k])


@pytest.mark.parametrize("most", [1.1, 1.5, 2.0, 4.0, 9.0, 30.0])
def test_the_axis_of_ratios_has_enough_ticks(most):
    with style.settings():
        figure = draw_ratios(made_ratios(1, most), title="t", lower=False, foot="f")
    (ax,) = figure.axes
    ticks = [float(tick.get_text()) for tick in ax.get_yticklabels()]
    assert 6 <= len(ticks) <= 12
    assert 1.0 in ticks
    assert (most > 10.0) or 1.4 in ticks


def test_a_single_panel_has_room_for_its_texts():
    foot = "lamoo-vehicle-safety-1000 v1 (49fdee0132b7), mean curves, 95 % bootstrap bands"
    title = "log10 hypervolume difference"
    with style.settings():
        figure = draw_ratios(made_ratios(1, 1.5), title=title, lower=True, foot=foot)
        figure.canvas.draw()
        for text in figure.texts:
            box = text.get_window_extent()
            assert box.x0 >= 0.0, text.get_text()
            assert box.x1 <= figure.bbox.x1, text.get_text()
