"""What every kind of rule is: parameters from the record, and one function that judges."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from reports.claims.evidence import Evidence
from reports.claims.measure import INDICATORS, LEAST, IndicatorName
from reports.claims.outcome import Estimate, Outcome, Verdict
from reports.claims.published import Floats, Published, Strict

__all__ = ["Rule", "doubt", "few", "in_words", "on_equal"]


class Rule(Strict, ABC):
    """How a claim is judged.

    A kind of rule is a subclass: a `kind` of its own, its parameters as fields, and `judge`. It
    joins by its name in the union of `reports.claims.rules`.

    Attributes
    ----------
    says : str
        What is estimated and when which verdict is given, for readers of the page.
    interval : str
        What the interval of the estimate is, for the same readers.
    needs_value : bool
        Whether the claim must come with a published number.
    """

    says: ClassVar[str]
    interval: ClassVar[str]
    needs_value: ClassVar[bool] = False

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, in words."""
        return ""

    @property
    def beside_a_mean(self) -> bool:
        """Whether a published number is a mean of runs, of which it must be known how many."""
        return False

    @abstractmethod
    def judge(self, published: Published, evidence: Evidence) -> Outcome:
        """Return the verdict: the same results give the same one.

        Raises
        ------
        reports.claims.outcome.Missing
            If results that it needs are not there.
        """


def in_words(protocol: str, indicator: IndicatorName, evaluations: int | None = None) -> str:
    """Return which protocol and indicator test a claim, in words."""
    when = f" after {evaluations} evaluations" if evaluations else ""
    return f"{protocol}: {INDICATORS[indicator].title}{when}"


def few(runs: int) -> str:
    """Return what is added to a sentence where so few runs settle nothing; empty if they may."""
    return f"; fewer than {LEAST} runs settle nothing" if runs < LEAST else ""


def doubt(published: Published, ours: Floats) -> str:
    """Return why our runs [n] settle nothing beside a published mean; empty if they may."""
    alike = published.spread is None and bool((ours == ours[0]).all())
    same = "; all runs here give the same, so nothing tells how the paper's vary"
    return few(len(ours)) or (same if alike else "")


def on_equal(estimate: Estimate, published: Published, ours: Floats) -> Verdict:
    """Judge whether our mean is the published one."""
    beyond = published.exceeded_by(estimate, ours)
    if beyond.low > 0.0 or beyond.high < 0.0:
        return "not reproduced"
    low, high = published.interval(ours)
    holds = estimate.low <= published.number <= estimate.high or low <= estimate.value <= high
    return "reproduced" if holds else "not settled"
