"""How numbers are written for people: the one place where they are rounded."""

from __future__ import annotations

import math

__all__ = [
    "MISSING",
    "count_of",
    "digest",
    "evaluations",
    "interval",
    "logarithm",
    "objective",
    "p_value",
    "rank",
    "ratio",
    "seconds",
    "share",
    "shorten",
    "signed",
    "times",
]

MISSING = "\N{EN DASH}"


def ratio(value: float) -> str:
    """Write a hypervolume ratio or a normalised distance: 0.9678."""
    return f"{value:.4f}"


def interval(low: float, high: float) -> str:
    """Write an interval of ratios: [0.9612, 0.9701]."""
    return f"[{ratio(low)}, {ratio(high)}]"


def signed(value: float) -> str:
    """Write a difference of ratios with its sign: +0.0123."""
    return f"{value:+.4f}"


def rank(value: float) -> str:
    """Write an average rank: 2.35."""
    return f"{value:.2f}"


def logarithm(value: float) -> str:
    """Write a decimal logarithm: -1.73."""
    return f"{value:.2f}"


def p_value(value: float) -> str:
    """Write a p-value with three digits, lest 0.0496 look like 0.050: 0.0342, or < 0.001."""
    return "< 0.001" if value < 0.001 else f"{value:.3g}"


def share(value: float) -> str:
    """Write a share in percent: 85 %."""
    return f"{100.0 * value:.0f} %"


def count_of(part: int, whole: int) -> str:
    """Write a part of a whole: 19 of 20."""
    return f"{part} of {whole}"


def evaluations(median: float, reached: int, of: int) -> str:
    """Write evaluations to a target: 45 (19 of 20), or not reached in 12 of 20."""
    if math.isinf(median):
        return f"not reached in {count_of(of - reached, of)}"
    return f"{median:g} ({count_of(reached, of)})"


def objective(value: float) -> str:
    """Write an objective in its unit, such as an error in percent: 6.12."""
    return f"{value:.2f}"


def seconds(value: float) -> str:
    """Write simulated seconds: 12,460."""
    return f"{value:,.0f}"


def times(value: float | None) -> str:
    """Write a factor: 2.1x, or a dash."""
    return MISSING if value is None else f"{value:.1f}\N{MULTIPLICATION SIGN}"


def digest(value: str) -> str:
    """Write the first 12 digits of a digest."""
    return value[:12]


def shorten(text: str, most: int) -> str:
    """Write text on one line, its middle left out if it is longer than `most` characters."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    head = most // 2
    return f"{line[:head]}\N{HORIZONTAL ELLIPSIS}{line[len(line) - (most - 1 - head) :]}"
