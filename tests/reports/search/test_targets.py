"""Evaluations to targets."""

from __future__ import annotations

import numpy as np
import pytest

from reports.search.comparison import run_frame
from reports.search.targets import make_targets_reached


def targets_reached_by(results):
    return make_targets_reached(results, run_frame(results))


def first_time(trace, target):
    for number, value in enumerate(trace, start=1):
        if value >= target:
            return number
    return np.inf


def test_medians_counts_and_speedups_agree_with_a_plain_search(make_results):
    results = make_results({"random": [0.82, 0.86, 0.78], "fast": [0.99, 0.97, 0.96]})
    found = targets_reached_by(results)
    for k, target in enumerate(found.targets):
        median = {}
        for method in ("random", "fast"):
            needed = [first_time(run.trace, target) for run in results.of(method)]
            reached = found.methods[method][k]
            median[method] = float(np.median(needed))
            assert reached.median == median[method]
            assert (reached.times, reached.of) == (sum(np.isfinite(needed)), 3)
        if np.isfinite(list(median.values())).all():
            expected = median["random"] / median["fast"]
            assert found.methods["fast"][k].speedup == pytest.approx(expected)
        else:
            assert found.methods["fast"][k].speedup is None
    assert found.methods["fast"][0].speedup > 1.0
    assert found.methods["random"][-1].median == np.inf


def test_without_random_search_there_is_no_speedup(make_results):
    found = targets_reached_by(make_results({"fast": [0.99, 0.97]}))
    assert not found.has_random
    assert all(reached.speedup is None for reached in found.methods["fast"])
