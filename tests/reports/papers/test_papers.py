"""Reproduced figures of papers: their measurements, on made results and small spaces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.data import load_table
from bench.indicators import hypervolume
from bench.protocol import load_search_protocol
from bench.spaces import NASBench201
from reports.claims import Evidence
from reports.papers import mote, paper_plots
from reports.papers.lamoo import ablations, regions, single_objective
from reports.rendering import style


@pytest.fixture(scope="module")
def digits():
    protocol = load_search_protocol("nb201-digits")
    return protocol, protocol.task()


def test_regions_have_the_sides_of_their_names(digits):
    protocol, task = digits
    found = regions.measure_regions(protocol, task, trees=3, draws=4, samples=60)
    assert list(found) == list(regions.REGIONS)
    whole, good, bad = (found[name] for name in ("whole space", "good", "bad"))
    assert whole.drawn.shape == (3, 4)
    assert whole.share.tolist() == [1.0] * 3
    assert whole.best == pytest.approx(1.0)
    np.testing.assert_allclose(good.share + bad.share, 1.0)
    halves = found["good, good"].share + found["good, bad"].share
    np.testing.assert_allclose(halves, good.share)
    for quality in found.values():
        assert (quality.drawn <= quality.best[:, None] + 1e-12).all()
    again = regions.measure_regions(protocol, task, trees=3, draws=4, samples=60)
    np.testing.assert_array_equal(again["bad"].drawn, bad.drawn)


def test_regions_of_a_space_that_cannot_be_listed_are_sampled(digits, monkeypatch):
    protocol, task = digits
    exact = regions.measure_regions(protocol, task, trees=2, draws=2, samples=60)
    monkeypatch.setattr(regions, "_listed", lambda space: None)
    sampled = regions.measure_regions(protocol, task, trees=2, draws=2, samples=60)
    assert sampled["good"].best is None
    for name in regions.REGIONS:
        np.testing.assert_allclose(sampled[name].share, exact[name].share, atol=0.03)


def test_draws_from_the_whole_space_have_the_hypervolume_of_random_sets(digits):
    protocol, task = digits
    found = regions.measure_regions(protocol, task, trees=1, draws=1, samples=60)
    reference = protocol.rules.normalisation.reference_point
    best = hypervolume(protocol.normalise(task.front("score")), reference)
    some = task.space.sample(np.random.default_rng(0), 2000)
    scores = protocol.normalise(task.score(some))
    fifty = [hypervolume(scores[i : i + 50], reference) / best for i in range(0, 2000, 50)]
    assert min(fifty) - 0.05 < found["whole space"].drawn[0, 0] < max(fifty) + 0.05


def test_differences_are_paired_and_skipped_if_there_are_few(make_results):
    base = np.linspace(0.90, 0.95, 8)
    finals = {
        "lamoo-random": base,
        "lamoo-random-rbf": 1.0 - (1.0 - base) * 10.0,  # ten times the regret
        "lamoo-random-path": base[:3],
    }
    results = make_results(finals, protocol="lamoo-nb201")
    variants = dict.fromkeys(finals, "lamoo-random") | {"lamoo-cmaes": "cma-es"}
    found = {d.name: d for d in ablations.paired_differences(results, variants)}
    assert set(found) == {"lamoo-random", "lamoo-random-rbf"}
    rbf = found["lamoo-random-rbf"]
    assert (rbf.mean, rbf.low, rbf.high) == pytest.approx((1.0, 1.0, 1.0))
    assert rbf.pairs == 8
    assert found["lamoo-random"].mean == 0.0


def test_figure_2_shows_the_first_500(make_results):
    results = make_results(
        {name: [0.9] for name in single_objective.METHODS}, protocol="lamoo-nb201-1000"
    )
    rng = np.random.default_rng(0)
    runs = tuple(
        replace(run, score=np.concatenate([rng.random((500, 2)), np.full((500, 2), -1.0)]))
        for run in results.runs
    )
    with style.settings():
        figure = single_objective.draw(replace(results, runs=runs))
    dots = figure.axes[0].lines[0]
    assert len(dots.get_xdata()) == 500
    assert min(dots.get_xdata()) >= 0.0


def test_papers_draw_the_figures_that_have_evidence(make_results, tmp_path, monkeypatch):
    monkeypatch.setenv("MONAS_DATA", str(tmp_path))  # regions of published tables take longer
    results = make_results({"lamoo-random": [0.9] * 8, "random": [0.8] * 8}, protocol="lamoo-nb201")
    names = [p.name for p in paper_plots("lamoo", Evidence(tmp_path, {"lamoo-nb201": results}))]
    assert names[0] == "paper-figure-1"
    assert "ablations" in names
    assert "paper-figure-2" not in names
    assert list(paper_plots("another", Evidence(tmp_path))) == []


def test_our_short_trainings_are_near_the_released_ones(real_tables):
    table = load_table("nb201-mote")
    found = mote.trainings()
    assert found
    for training in found:
        (row,) = np.flatnonzero(table.column("index") == training["index"])
        released = table.column("proxy_train_loss")[row]
        assert NASBench201().from_strings([training["arch_str"]]).shape == (1, 6)
        assert len(training["losses"]) == len(released)
        assert training["losses"][-1] == pytest.approx(released[-1], rel=0.1)
        assert np.mean(training["losses"]) == pytest.approx(np.mean(released), rel=0.1)
        landscape = table.column("landscape_loss")[row][::-1]
        assert training["landscape"][0] == pytest.approx(landscape[0], rel=0.1)
    (plot,) = paper_plots("mote", Evidence(real_tables))
    assert plot.name == "short-trainings"
