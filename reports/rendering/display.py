"""Numbers as text for readers: the one place where they are rounded."""

from __future__ import annotations

import math

__all__ = [
    "DASH",
    "between",
    "correlation",
    "count_of",
    "counted",
    "digest",
    "evaluations",
    "interval",
    "logarithm",
    "objective",
    "p_value",
    "probability",
    "rank",
    "ratio",
    "resolution",
    "seconds",
    "seconds_each",
    "share",
    "shorten",
    "signed",
    "times",
]

DASH = "\N{EN DASH}"  # for a number that does not exist


def ratio(value: float) -> str:
    """Write a hypervolume ratio or a normalised distance: 0.9678."""
    return f"{value:.4f}"


def interval(low: float, high: float) -> str:
    """Write an interval of ratios.

    Parameters
    ----------
    low, high : float
        Its ends.

    Examples
    --------
    >>> interval(0.9612, 0.9701)
    '[0.9612, 0.9701]'
    """
    return f"[{ratio(low)}, {ratio(high)}]"


def signed(value: float) -> str:
    """Write a difference of ratios with its sign: +0.0123."""
    return f"{value:+.4f}"


def rank(value: float | None) -> str:
    """Write an average rank: 2.35; a dash for None."""
    return DASH if value is None else f"{value:.2f}"


def logarithm(value: float) -> str:
    """Write a decimal logarithm: -1.73."""
    return f"{value:.2f}"


def correlation(value: float) -> str:
    """Write a rank correlation: 0.683; a dash for NaN."""
    return f"{value:.3f}" if math.isfinite(value) else DASH


def p_value(value: float) -> str:
    """Write a p-value with three digits, so that 0.0496 does not become 0.050: 0.0342, < 0.001."""
    return "< 0.001" if value < 0.001 else f"{value:.3g}"


def probability(value: float) -> str:
    """Write a probability that is itself estimated: 0.87, < 0.01, > 0.99."""
    if value < 0.01:
        return "< 0.01"
    return "> 0.99" if value > 0.99 else f"{value:.2f}"


def resolution(now: int, pairs: int, projected: dict[int, float], repetitions: str) -> str:
    """Write how many pairs of methods a board tells apart, as sentences.

    Parameters
    ----------
    now, pairs : int
        Pairs that differ significantly, and all pairs.
    projected : dict of int to float
        By a number of repetitions: the pairs that would differ significantly if the measured
        differences are the true ones.
    repetitions : str
        How many repetitions methods have.
    """
    more = ", ".join(f"{round(found)} with {number}" for number, found in projected.items())
    return (
        f"Resolution: {repetitions} repetitions tell {count_of(now, pairs)} pairs of methods "
        f"apart. If the measured differences are the true ones, it would be {more}."
    )


def share(value: float) -> str:
    """Write a share in percent: 85 %."""
    return f"{100.0 * value:.0f} %"


def counted(number: int, noun: str) -> str:
    """Write a number of things.

    Parameters
    ----------
    number : int
    noun : str
        In the singular.

    Examples
    --------
    >>> counted(1, "run"), counted(20, "run")
    ('1 run', '20 runs')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def count_of(part: int, whole: int) -> str:
    """Write a part of a whole.

    Parameters
    ----------
    part, whole : int

    Examples
    --------
    >>> count_of(19, 20)
    '19 of 20'
    """
    return f"{part} of {whole}"


def between(least: int, most: int) -> str:
    """Write a range of whole numbers.

    Parameters
    ----------
    least, most : int
        Its ends.

    Examples
    --------
    >>> between(5, 20), between(20, 20)
    ('5 to 20', '20')
    """
    return str(most) if least == most else f"{least} to {most}"


def evaluations(median: float, reached: int, of: int) -> str:
    """Write the evaluations to a target: 45 (19 of 20), or not reached in 12 of 20.

    Parameters
    ----------
    median : float
        Median number of evaluations; inf if the target was not reached in half of the repetitions.
    reached, of : int
        Repetitions that reached the target, and all repetitions.
    """
    if math.isinf(median):
        return f"not reached in {count_of(of - reached, of)}"
    return f"{median:g} ({count_of(reached, of)})"


def objective(value: float) -> str:
    """Write an objective in its unit, such as an error in percent: 6.12."""
    return f"{value:.2f}"


def seconds(value: float) -> str:
    """Write the simulated seconds of a run: 12,460."""
    return f"{value:,.0f}"


def seconds_each(value: float) -> str:
    """Write the seconds of one architecture with three digits: 0.00123; a dash for NaN."""
    return f"{value:.3g}" if math.isfinite(value) else DASH


def times(value: float | None) -> str:
    """Write a factor: 2.1x; a dash for None."""
    return DASH if value is None else f"{value:.1f}\N{MULTIPLICATION SIGN}"


def digest(value: str) -> str:
    """Write the first 12 digits of a digest."""
    return value[:12]


def shorten(text: str, most: int) -> str:
    """Write text on one line, with an ellipsis in its middle if it is too long.

    Parameters
    ----------
    text : str
        Any text; line ends and repeated spaces become one space.
    most : int
        Number of characters that the result may have.
    """
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    head = most // 2
    return f"{line[:head]}\N{HORIZONTAL ELLIPSIS}{line[len(line) - (most - 1 - head) :]}"
