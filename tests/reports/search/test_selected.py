"""Selected architectures of a search protocol."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reports.search.comparison import run_frame
from reports.search.search_page_indicators import selected_verdict
from reports.search.search_tables import selected_frame
from reports.search.selected import make_selected

SELECTED = {
    "random": [4.0] * 12,
    "good": [3.0] * 11 + [4.5],
    "same": [4.0] * 12,
    "bad": [6.0] * 12,
}


@pytest.fixture
def selecting(make_results):
    """Results with equal hypervolumes, in which methods select the errors of `SELECTED`."""
    results = make_results({m: [0.5] * 12 for m in SELECTED}, protocol="mote-nb201-cifar10")
    norm = results.protocol.rules.normalisation
    runs = []
    for run in results.runs:
        search, score = run.search.copy(), run.score.copy()
        search[:, 0] = np.arange(len(search), 0, -1)  # the last one is best
        score[:, 0] = 0.0
        error = SELECTED[run.method][run.repetition]
        score[-1, 0] = (error - norm.ideal[0]) / (norm.nadir[0] - norm.ideal[0])
        runs.append(replace(run, search=search, score=score))
    return replace(results, runs=tuple(runs))


def test_selected_architectures_are_compared_with_random_search(selecting):
    frame = run_frame(selecting)
    found = {each.method: each for each in make_selected(selecting, frame)}
    assert [*found] == ["good", "random", "same", "bad"]
    assert {m: each.objective for m, each in found.items()} == pytest.approx(
        {m: np.median(v) for m, v in SELECTED.items()}
    )
    assert found["random"].against_random is None
    assert found["good"].against_random.share_better == 11 / 12
    assert found["bad"].against_random.is_worse
    assert found["same"].against_random.p == 1.0
    assert found["good"].seconds == 2.0 * selecting.protocol.rules.budget.evaluations
    assert selected_verdict(tuple(found.values())) == (
        "Selects better than random search (p < 0.05): good. Not significantly different: same. "
        "Worse: bad."
    )
    table = selected_frame(tuple(found.values()), selecting)
    assert table["selected_error_median"].tolist() == pytest.approx([3.0, 4.0, 4.0, 6.0])
    assert table["median_reduction_to_random"].tolist()[0] == pytest.approx(1.0)


def test_nothing_is_selected_if_the_protocol_does_not_name_the_indicator(make_results):
    results = make_results({"random": [0.5] * 8})
    assert make_selected(results, run_frame(results)) == ()
