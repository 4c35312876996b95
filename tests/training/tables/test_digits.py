"""The table `nb201-digits`: its statistics."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from bench.training.tables.digits import intraclass_correlation


def test_intraclass_correlation_of_known_cases():
    rng = np.random.default_rng(0)
    cell = rng.normal(size=(4000, 1))
    one, three = intraclass_correlation(cell + rng.normal(scale=0.5, size=(4000, 3)))
    assert one == pytest.approx(1 / 1.25, abs=0.02)
    assert three == pytest.approx(1 / (1 + 0.25 / 3), abs=0.02)
    assert intraclass_correlation(np.repeat(cell, 3, axis=1))[0] == pytest.approx(1.0)
