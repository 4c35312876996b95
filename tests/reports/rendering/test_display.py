"""Numbers as text."""

from __future__ import annotations

import math

import pytest

from reports.rendering import display


@pytest.mark.parametrize(
    ("value", "text"), [(0.0496, "0.0496"), (0.0004, "< 0.001"), (1.0, "1"), (0.2, "0.2")]
)
def test_p_values_are_not_rounded_up_to_a_level(value, text):
    assert display.p_value(value) == text


def test_a_target_that_is_not_reached():
    assert display.evaluations(math.inf, 3, 20) == "not reached in 17 of 20"
    assert display.evaluations(45.5, 19, 20) == "45.5 (19 of 20)"


@pytest.mark.parametrize("most", [4, 5, 10, 11])
def test_shortened_text_is_one_line_and_keeps_both_ends(most):
    text = display.shorten("first\nand a long way to the last", most)
    assert len(text) == most
    assert text[0] == "f"
    assert text[-1] == "t"
    assert "\n" not in text


def test_short_text_is_not_changed():
    assert display.shorten("nsga2", 5) == "nsga2"


def test_numbers_as_text():
    assert display.ratio(0.96784) == "0.9678"
    assert display.interval(0.9, 0.95) == "[0.9000, 0.9500]"
    assert display.signed(-0.01) == "-0.0100"
    assert display.share(0.85) == "85 %"
    assert display.times(None) == display.DASH
    assert display.times(2.14).startswith("2.1")
    assert display.correlation(0.68256) == "0.683"
    assert display.correlation(math.nan) == display.DASH
    assert display.seconds_each(0.001234) == "0.00123"
    assert display.seconds_each(math.nan) == display.DASH
    assert display.counted(1, "run") == "1 run"
    assert display.counted(20, "run") == "20 runs"
