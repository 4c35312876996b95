"""Labels of figures: short, and distinct."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.rendering import style
from reports.rendering.labels import distinct_labels

COMMON = "lamoo-with-a-long-beginning-{}-and-a-long-common-ending"


@pytest.mark.parametrize("parts", [("k-5", "k-9"), ("5", "55", "555"), ("x" * 40 + "1", "x" * 40)])
def test_names_with_a_common_beginning_and_end_stay_distinct(parts):
    names = [COMMON.format(part) for part in parts]
    labels = distinct_labels(names, 26)
    assert len(set(labels.values())) == len(names)
    assert all(len(label) <= 26 for label in labels.values())


def test_labels_show_the_part_in_which_names_differ():
    labels = distinct_labels([COMMON.format("k-5"), COMMON.format("k-9")], 26)
    assert "k-5" in labels[COMMON.format("k-5")]
    assert "k-9" in labels[COMMON.format("k-9")]


def test_names_that_differ_in_spaces_alone_are_numbered():
    labels = distinct_labels(["a b", "a  b", "a   b"], 26)
    assert sorted(labels.values()) == ["a b (1)", "a b (2)", "a b (3)"]


def test_a_number_is_no_other_name():
    labels = distinct_labels(["a b", "a  b", "a b (1)"], 26)
    assert len(set(labels.values())) == 3
    assert labels["a b (1)"] == "a b (1)"


def test_short_names_are_not_changed():
    assert style.short_names(["random", "nsga2"]) == {"random": "random", "nsga2": "nsga2"}


@given(
    st.lists(st.text("ab -", max_size=40), unique=True, max_size=12),
    st.text("ab", max_size=20),
    st.text("ab", max_size=20),
    st.integers(10, 30),
)
def test_labels_are_short_and_distinct(middles, start, end, most):
    names = [start + middle + end for middle in middles]
    labels = distinct_labels(names, most)
    assert list(labels) == names
    assert len(set(labels.values())) == len(names)
    assert all(len(label) <= most for label in labels.values())
