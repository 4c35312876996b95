"""Sample efficiency at every level, on made curves."""

from __future__ import annotations

import numpy as np
import pytest
from published_numbers import RATIO

from reports.claims.measure import INDICATORS
from reports.claims.sample_efficiency import sample_efficiency


def first_time(mean, level):
    for number, reached in enumerate(mean, start=1):
        if reached >= level - 1e-12:
            return number
    return len(mean) + 1


def test_the_ratio_is_that_of_a_plain_search_at_every_level():
    rng = np.random.default_rng(5)
    slow = np.cumsum(rng.random((8, 40)), axis=1) / 40
    fast = np.cumsum(rng.random((8, 40)) * 1.7, axis=1) / 40
    found = sample_efficiency(fast, slow, INDICATORS[RATIO], initial=1, rng=rng)
    for level, ratio in zip(found.curve.levels, found.curve.ratio, strict=True):
        expected = first_time(slow.mean(axis=0), level) / first_time(fast.mean(axis=0), level)
        assert ratio == expected
    assert found.level == pytest.approx(slow.mean(axis=0)[-1])
    assert found.at[0] == 40 / first_time(fast.mean(axis=0), slow.mean(axis=0)[-1])
    assert found.most[0] == found.curve.ratio.max()
    assert found.reached
    assert (found.curve.low <= found.curve.ratio).mean() > 0.95
    assert (found.curve.ratio <= found.curve.high).mean() > 0.95


def test_without_chance_the_interval_is_the_ratio():
    ramp = np.linspace(0.0, 1.0, 101)[1:]
    twice = np.minimum(2.0 * ramp, 1.0)
    found = sample_efficiency(
        np.tile(twice, (6, 1)),
        np.tile(ramp, (6, 1)),
        INDICATORS[RATIO],
        initial=1,
        rng=np.random.default_rng(0),
    )
    assert found.at == (2.0, 2.0, 2.0)
    assert found.most == (2.0, 2.0, 2.0)
    back = sample_efficiency(
        np.tile(-ramp, (6, 1)),
        np.tile(-twice, (6, 1)),
        INDICATORS["log10_hypervolume_difference"],
        initial=1,
        rng=np.random.default_rng(0),
    )
    assert back.at == (0.5, 0.5, 0.5)
    assert back.level == -1.0


def test_a_level_that_is_not_reached_gives_a_bound():
    worse, better = np.full((6, 10), 0.4), np.full((6, 10), 0.6)
    found = sample_efficiency(
        worse, better, INDICATORS[RATIO], initial=1, rng=np.random.default_rng(0)
    )
    assert found.at == (1 / 11, 1 / 11, 1 / 11)
    assert not found.reached
    assert found.curve.levels.tolist() == [worse.mean(axis=0)[-1]]


def test_the_log_difference_has_the_floor_of_the_results(make_results):
    results = make_results({"a": [1.0, 1.0 - 1e-9]})
    indicator = INDICATORS["log10_hypervolume_difference"]
    ends = [indicator.curve(results, run)[-1] for run in results.of("a")]
    assert ends == pytest.approx([-12.0, -9.0], abs=1e-6)
