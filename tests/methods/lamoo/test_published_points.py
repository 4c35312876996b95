"""The 100 initial points that the authors published, and the hypervolumes of their ten sets.

Source: `nasbench/nasbench201_std_normalized_data.pt` of github.com/aoiang/LaMOO: ten sets of ten
cells, here the bins of the six edges, the accuracy as z-score to four decimals, and FLOPs in units
of one 1x1 convolution (mean 12 and variance 74.4 over all cells, exactly).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.indicators import hypervolume, log_regret
from bench.spaces import NASBench201
from methods.lamoo.cube import Cube

# In the authors' shifted and negated units (-3, -6); maximal hypervolume as in their code.
REFERENCE = np.array([1.0, 4.0])
MAXIMUM = 8.06987476348877
HYPERVOLUMES = (
    *(6.89214, 6.36317, 7.51150, 7.44843, 7.36144),
    *(7.01635, 7.32462, 7.30626, 7.15176, 7.02923),
)
LOG_DIFFERENCES = (
    *(0.0710, 0.2322, -0.2531, -0.2066, -0.1497),
    *(0.0226, -0.1277, -0.1171, -0.0371, 0.0173),
)


@pytest.fixture(scope="module")
def published():
    """Return sets [100], cells [100, 6] as bins, accuracy [100] and FLOPs units [100]."""
    path = Path(__file__).with_name("published_initial_points.csv")
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    sets, bins, accuracy, units = zip(*rows, strict=True)
    return (
        np.array(sets, dtype=int),
        np.array([list(map(int, b)) for b in bins]),
        np.array(accuracy, dtype=float),
        np.array(units, dtype=float),
    )


def minimised(accuracy, units):
    return np.stack([-accuracy, (units - 12.0) / np.sqrt(74.4)], axis=1)


def test_there_are_ten_sets_of_ten(published):
    assert np.bincount(published[0]).tolist() == [10] * 10


@pytest.mark.parametrize("number", range(10))
def test_hypervolumes_of_the_sets(number, published):
    sets, _, accuracy, units = published
    points = minimised(accuracy, units)[sets == number]
    found = hypervolume(points, REFERENCE)
    # Four decimals of accuracy move the front by half of the last one, along all of its length.
    printed = 5e-5 * (REFERENCE[1] - points[:, 1].min())
    assert abs(found - HYPERVOLUMES[number]) <= printed + 5e-6
    assert log_regret(found, MAXIMUM) == pytest.approx(LOG_DIFFERENCES[number], abs=1e-4)


def test_all_together_and_the_mean_of_seven(published):
    _, _, accuracy, units = published
    together = hypervolume(minimised(accuracy, units), REFERENCE)
    assert together == pytest.approx(7.7195, abs=3e-4)
    assert np.mean(LOG_DIFFERENCES[:7]) == pytest.approx(-0.0587, abs=1e-4)


def test_bins_are_in_capacity_order(published):
    """The published FLOPs are those of the cells in these bins."""
    _, bins, _, units = published
    cells = Cube(NASBench201()).architectures((bins + 0.5) / 5)
    names = np.array(["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"])
    conv1 = (names[cells] == "nor_conv_1x1").sum(axis=1)
    conv3 = (names[cells] == "nor_conv_3x3").sum(axis=1)
    np.testing.assert_array_equal(conv1 + 9 * conv3, units)
    assert NASBench201().connected(cells).sum() == len(cells)
