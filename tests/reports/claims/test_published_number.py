"""Intervals of means, measured and published."""

from __future__ import annotations

import numpy as np
import pytest
from published_numbers import value

from reports.claims import Estimate
from reports.claims.measure import percentiles, resampled_means


def test_intervals_of_the_mean_agree_with_a_plain_bootstrap():
    values = np.random.default_rng(1).normal(size=20)
    low, high = percentiles(resampled_means([values[:, None]], np.random.default_rng(2))[0][:, 0])
    rng = np.random.default_rng(3)
    plain = [rng.choice(values, 20).mean() for _ in range(4000)]
    assert low == pytest.approx(np.quantile(plain, 0.025), abs=0.03)
    assert high == pytest.approx(np.quantile(plain, 0.975), abs=0.03)


def test_the_interval_of_a_published_number_is_combined_with_ours():
    ours, runs = Estimate(1.0, 0.7, 1.4, "u"), np.array([0.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0])
    deviation = np.std(runs, ddof=1)
    for published, half in (
        # Student's t with 3 degrees of freedom, by 1 over the root of 4.
        (value(0.5, error=0.1, spread=1.0, runs=4), 3.1824463 / 2.0),
        # With 6: the spread is that of our seven runs, the mean one of the paper's four.
        (value(0.5, error=0.1, runs=4), 2.4469119 * deviation / 2.0),
    ):
        assert published.bounds() == pytest.approx((0.4, 0.6))
        assert published.interval(runs) == pytest.approx((0.5 - 0.1 - half, 0.5 + 0.1 + half))
        beyond = published.exceeded_by(ours, runs)
        assert beyond.value == 0.5
        assert beyond.low == pytest.approx(0.5 - np.hypot(0.3, half) - 0.1)
        assert beyond.high == pytest.approx(0.5 + np.hypot(0.4, half) + 0.1)
