"""Properties of every indicator: unchanged arguments, and an import without heavy libraries."""

import subprocess
import sys

import numpy as np
import pytest

from bench import indicators

RNG = np.random.default_rng(0)
POINTS = RNG.random((20, 2))
SCORES = RNG.random((3, 8))
GAPS = np.where(np.arange(8) == 2, np.nan, SCORES[0])

# The positional arrays of a call, and its options; one entry per public name.
CALLS = {
    "attainment_difference": ([[POINTS[:10], POINTS[10:]], [POINTS[5:], POINTS[:5]]], {}),
    "attainment_surface": ([[POINTS[:10], POINTS[10:]]], {"level": 0.5}),
    "bootstrap_interval": ([SCORES[0]], {"rng": np.random.default_rng(1)}),
    "dense_ranks": ([GAPS], {}),
    "evaluations_to_targets": ([SCORES[0], np.array([0.2, 0.9])], {}),
    "fractional_ranks": ([GAPS], {}),
    "holm": ([SCORES[0]], {}),
    "hypervolume": ([POINTS, np.ones(2)], {}),
    "hypervolume_trace": ([POINTS, np.ones(2)], {}),
    "igd_plus": ([POINTS, POINTS[:5]], {}),
    "incumbent_hypervolume_trace": ([POINTS, POINTS[::-1], np.ones(2)], {}),
    "kendall_tau": ([GAPS, SCORES[1]], {"missing": "last"}),
    "least_repetitions": ([], {"alpha": 0.05}),
    "log_regret": ([SCORES[0], np.array(1.0)], {}),
    "mean_ranks": ([SCORES], {}),
    "non_dominated": ([POINTS], {}),
    "normalise": ([POINTS, np.zeros(2), np.ones(2)], {}),
    "paired_wilcoxon": ([SCORES[0], SCORES[1]], {}),
    "pairs_told_apart": ([SCORES], {"repetitions": 30, "rng": np.random.default_rng(1)}),
    "pairwise_p": ([SCORES], {}),
    "pairwise_wins": ([np.stack([GAPS, SCORES[1]])], {}),
    "ranks_of_shares": ([np.full((2, 2), 0.5)], {}),
    "runtime_profile": ([SCORES, np.array([0.2, 0.9])], {}),
    "signed_rank_posterior": (
        [SCORES[0], SCORES[1]],
        {"region": 0.1, "rng": np.random.default_rng(1)},
    ),
    "significance_groups": ([SCORES], {}),
    "spearman_rho": ([GAPS, SCORES[1]], {"missing": "last"}),
    "top_members": ([SCORES[0]], {"share": 0.5}),
}


def each_array(arguments):
    for argument in arguments:
        yield from argument if isinstance(argument, list) else [argument]


def test_the_export_list_is_sorted_and_complete():
    assert indicators.__all__ == sorted(CALLS)


@pytest.mark.parametrize("name", indicators.__all__)
@pytest.mark.parametrize("writeable", [False, True])
def test_no_indicator_changes_its_arguments(name, writeable):
    arguments, options = CALLS[name]
    copies = [
        [part.copy() for part in argument] if isinstance(argument, list) else argument.copy()
        for argument in arguments
    ]
    for array in each_array(copies):
        array.flags.writeable = writeable
    getattr(indicators, name)(*copies, **options)
    for array, original in zip(each_array(copies), each_array(arguments), strict=True):
        assert np.array_equal(array, original, equal_nan=True)


@pytest.mark.parametrize(
    "name", ["dense_ranks", "hypervolume_trace", "non_dominated", "normalise", "holm", "log_regret"]
)
def test_results_share_no_memory_with_the_arguments(name):
    arguments, options = CALLS[name]
    result = getattr(indicators, name)(*arguments, **options)
    assert not any(np.shares_memory(result, array) for array in each_array(arguments))


def test_the_memory_layout_has_no_effect():
    points = np.asfortranarray(POINTS)
    assert indicators.hypervolume(points, [1, 1]) == indicators.hypervolume(POINTS, [1, 1])
    assert indicators.hypervolume(POINTS[::2], [1, 1]) == indicators.hypervolume(
        POINTS[::2].copy(), [1, 1]
    )
    assert np.array_equal(indicators.non_dominated(points), indicators.non_dominated(POINTS))


def test_importing_the_indicators_loads_no_heavy_library():
    code = (
        "import sys, bench.indicators;"
        "print([name for name in ('moocore', 'scipy', 'pandas', 'torch') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
