"""Pairs of methods on a board, and the region of practical equivalence."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from bench.protocol import load_search_protocol
from reports.search.comparison import run_frame
from reports.search.equivalence import DEFAULT_REGION, region_of_equivalence
from reports.search.pairs import make_pairs
from reports.search.search_page_pairs import pairs_section
from reports.search.search_tables import pairs_frame

BASE = np.linspace(0.7, 0.8, 12)


def pairs_of(results, order=None):
    return make_pairs(results, run_frame(results), order or results.methods)


def test_a_pair_without_differences_is_practically_equal(make_results):
    pairs = pairs_of(make_results({"a": BASE, "b": BASE, "c": BASE + 0.1}))
    same, better = pairs.pairs[0], pairs.pairs[1]
    assert (same.better, same.equal, same.worse) == (0.0, 1.0, 0.0)
    assert same.p == 1.0
    assert same.median_difference == 0.0
    assert better.worse > 0.99


def test_differences_within_the_region_are_practically_equal_however_significant(make_results):
    small = BASE + 0.002 + np.linspace(0, 0.0004, 12)
    (pair,) = pairs_of(make_results({"a": small, "b": BASE})).pairs
    assert pair.p == pytest.approx(stats.wilcoxon(small - BASE).pvalue)
    assert pair.p < 0.001
    assert pair.equal > 0.99


def test_pairs_are_on_shared_repetitions(make_results):
    results = make_results(
        {"a": [0.9, 0.8, 0.7], "b": [0.1, 0.6], "c": [0.5]},
        repetitions={"a": [0, 1, 2], "b": [1, 2], "c": [7]},
    )
    (pair,) = pairs_of(results).pairs
    assert (pair.first, pair.second, pair.repetitions) == ("a", "b", 2)
    assert pair.median_difference == pytest.approx(0.4)
    assert pair.p is None


def test_a_pair_does_not_depend_on_other_methods(make_results):
    (alone,) = pairs_of(make_results({"a": BASE, "b": BASE[::-1]})).pairs
    among = pairs_of(make_results({"x": BASE + 0.1, "a": BASE, "b": BASE[::-1]}), ["x", "a", "b"])
    again = next(pair for pair in among.pairs if pair.first == "a")
    assert (alone.better, alone.equal, alone.worse) == (again.better, again.equal, again.worse)


def test_the_page_and_the_table_have_the_pairs(make_results):
    results = make_results({"a": BASE + 0.1, "b": BASE + 0.1, "c": BASE})
    pairs = pairs_of(results)
    section = pairs_section(pairs)
    assert section.notices == ("Practically equal to a, more probably than not different: b.",)
    assert [row[0] for row in section.tables[0].rows] == ["b", "c"]
    assert section.tables[0].rows[0][3:] == ("< 0.01", "> 0.99", "< 0.01")
    frame = pairs_frame(pairs, results.protocol)
    assert len(frame) == 3
    assert frame["region_of_equivalence"].unique().tolist() == [DEFAULT_REGION]
    assert pairs_section(pairs_of(make_results({"a": BASE}))) is None


def test_a_method_with_few_repetitions_is_not_what_others_are_compared_with(make_results):
    results = make_results({"few": BASE[:3] + 0.2, "a": BASE + 0.1, "b": BASE})
    pairs = pairs_of(results, ["few", "a", "b"])
    assert pairs.best == "a"
    few, b = pairs.with_the_best
    assert (few.first, few.second, few.repetitions) == ("a", "few", 3)
    assert few.median_difference == pytest.approx(-0.1)
    assert few.worse > few.better
    assert (b.second, b.repetitions) == ("b", 12)


def test_the_region_is_that_of_the_protocol_or_the_default():
    protocol = load_search_protocol("nb201-digits")
    assert region_of_equivalence(protocol) == DEFAULT_REGION == 0.005
    stated = SimpleNamespace(rules=SimpleNamespace(region_of_equivalence=0.01))
    assert region_of_equivalence(stated) == 0.01
