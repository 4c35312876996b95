"""Rules that need no runs."""

from __future__ import annotations

import numpy as np
import pytest
from published_numbers import DIRECTION, PROTOCOL, value

from bench.protocol import load_search_protocol
from reports.claims import Evidence
from reports.claims.rules.numbers import Arithmetic, Constant, OutOfReach


@pytest.mark.parametrize(
    ("operation", "terms", "printed", "error", "verdict"),
    [
        ("ratio", (2300.0, 34.4), 64.0, 3.0, "reproduced"),
        ("ratio", (1000.0, 18.3), 435.0, 0.5, "cannot be right as printed"),
        ("difference", (1.0, 0.25), 0.75, 0.0, "reproduced"),
        ("difference", (1.0, 0.25), 0.5, 0.1, "cannot be right as printed"),
    ],
)
def test_arithmetic(tmp_path, operation, terms, printed, error, verdict):
    rule = Arithmetic(kind="arithmetic", operation=operation, terms=terms)
    judgement = rule.judge(value(printed, error=error), Evidence(tmp_path))
    assert judgement.verdict == verdict
    assert judgement.estimate.value == (
        terms[0] / terms[1] if operation == "ratio" else terms[0] - terms[1]
    )


def test_rounding_widens_what_arithmetic_allows(tmp_path):
    rule = Arithmetic(
        kind="arithmetic", operation="ratio", terms=(1000.0, 18.3), rounding=(50.0, 0.05)
    )
    judgement = rule.judge(value(57.0), Evidence(tmp_path))
    assert judgement.verdict == "reproduced"
    assert judgement.estimate.low == pytest.approx(950 / 18.35)
    assert judgement.estimate.high == pytest.approx(1050 / 18.25)


def test_a_constant_is_computed_again_from_the_table(tmp_path):
    protocol = load_search_protocol(PROTOCOL)
    front = protocol.normalise(protocol.task().front("score"))
    area, last = 0.0, 1.1  # of the stairs below the reference point, from left to right
    for x, y in front[np.argsort(front[:, 0])]:
        area += (1.1 - x) * (last - y)
        last = y
    rule = Constant(kind="constant", protocol=PROTOCOL)
    right = rule.judge(value(area + 0.004, error=0.005), Evidence(tmp_path))
    assert right.verdict == "reproduced"
    assert right.estimate.value == pytest.approx(area)
    assert rule.judge(value(area + 0.004), Evidence(tmp_path)).verdict == "not reproduced"


def test_out_of_reach_says_what_a_test_would_need(tmp_path):
    rule = OutOfReach(kind="out-of-reach", would_take="a thousand\nGPUs.\n")
    judgement = rule.judge(DIRECTION, Evidence(tmp_path))
    assert judgement.verdict == "out of reach here"
    assert judgement.sentence == "a test would need a thousand GPUs"
