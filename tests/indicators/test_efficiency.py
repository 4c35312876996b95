"""Evaluations to targets and runtime profiles against their definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.errors import IndicatorError
from bench.indicators import evaluations_to_targets, runtime_profile

levels = st.integers(0, 5).map(lambda i: i / 5)
targets_of = st.lists(levels, min_size=1, max_size=4)
traces_of = st.tuples(st.integers(1, 5), st.integers(1, 8)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=levels)
)


def first_time(trace, target):
    for evaluations, quality in enumerate(trace, start=1):
        if quality >= target:
            return float(evaluations)
    return math.inf


@given(traces_of, targets_of)
def test_evaluations_to_targets_is_the_first_time(traces, targets):
    for trace in traces:
        twin = [first_time(trace, target) for target in targets]
        assert evaluations_to_targets(trace, targets).tolist() == twin


@given(traces_of, targets_of)
def test_runtime_profile_counts_repetitions(traces, targets):
    r, n = traces.shape
    profile = runtime_profile(traces, targets)
    assert profile.shape == (len(targets), n)
    for k, target in enumerate(targets):
        for t in range(n):
            twin = sum(first_time(trace, target) <= t + 1 for trace in traces) / r
            assert profile[k, t] == twin


@given(traces_of, targets_of)
def test_runtime_profile_never_decreases(traces, targets):
    assert (np.diff(runtime_profile(traces, targets), axis=1) >= 0.0).all()


def test_a_target_missed_by_rounding_counts_as_reached():
    assert evaluations_to_targets([0.1, 1.0 - 1e-13], [1.0]).tolist() == [2.0]
    assert evaluations_to_targets([0.1, 1.0 - 1e-11], [1.0]).tolist() == [math.inf]


def test_an_empty_trace_reaches_nothing():
    assert evaluations_to_targets([], [0.5, 0.6]).tolist() == [math.inf, math.inf]
    assert evaluations_to_targets([0.5], []).shape == (0,)


def test_invalid_arguments_are_named():
    with pytest.raises(IndicatorError, match="trace: position 1 is nan"):
        evaluations_to_targets([0.1, np.nan], [0.5])
    with pytest.raises(IndicatorError, match=r"targets: expected an array of shape \[n\]"):
        evaluations_to_targets([0.1], 0.5)
    with pytest.raises(IndicatorError, match="traces: expected at least one repetition, got none"):
        runtime_profile([], [0.5])
    with pytest.raises(IndicatorError, match=r"traces: row 1 is \[inf\]"):
        runtime_profile([[0.1], [np.inf]], [0.5])
