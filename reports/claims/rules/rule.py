"""The base of all kinds of rules: parameters from the record, and a method that judges."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from bench.arrays import Floats
from bench.schema import StrictModel
from reports.claims.evidence import Evidence
from reports.claims.judgement import Estimate, Judgement, Verdict
from reports.claims.measure import INDICATORS, LEAST, IndicatorName
from reports.claims.published_number import PublishedNumber

__all__ = ["Rule", "describe_test", "doubt", "few_runs", "judge_equal"]


class Rule(StrictModel, ABC):
    """A rule that judges a claim.

    A kind of rule is a subclass with a `kind` of its own, its parameters as fields, and `judge`;
    the union in `reports.claims.rules` lists it.

    Attributes
    ----------
    explanation : str
        Text for readers of the page: the estimate, and the condition of each verdict.
    interval : str
        Text for the same readers: the interval of the estimate.
    needs_value : bool
        Whether the claim must have a published number.
    """

    explanation: ClassVar[str]
    interval: ClassVar[str]
    needs_value: ClassVar[bool] = False

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, as text."""
        return ""

    @property
    def compares_means(self) -> bool:
        """Whether the published number is a mean of runs, so that their number must be known."""
        return False

    @abstractmethod
    def judge(self, published: PublishedNumber, evidence: Evidence) -> Judgement:
        """Return the judgement of a claim; the same results give the same one.

        Parameters
        ----------
        published : PublishedNumber
            Of the claim.
        evidence : Evidence
            Results to judge by.

        Raises
        ------
        reports.claims.judgement.MissingEvidence
            If results that the rule needs are missing.
        """


def describe_test(protocol: str, indicator: IndicatorName, evaluations: int | None = None) -> str:
    """Return the protocol and the indicator that test a claim, as text.

    Parameters
    ----------
    protocol : str
        Name of the protocol.
    indicator : IndicatorName
    evaluations : int, optional
        Number of evaluations after which the claim is judged, if not the whole budget.
    """
    when = f" after {evaluations} evaluations" if evaluations else ""
    return f"{protocol}: {INDICATORS[indicator].title}{when}"


def few_runs(runs: int) -> str:
    """Return the end of a sentence if so few runs settle nothing, else an empty string."""
    return f"; fewer than {LEAST} runs settle nothing" if runs < LEAST else ""


def doubt(published: PublishedNumber, ours: Floats) -> str:
    """Return why our runs cannot be compared with a published mean, or an empty string.

    Parameters
    ----------
    published : PublishedNumber
    ours : array [n]
        Values of our runs.
    """
    equal = published.spread is None and bool((ours == ours[0]).all())
    unknown = "; all runs here give the same value, so the spread of the paper's runs is unknown"
    return few_runs(len(ours)) or (unknown if equal else "")


def judge_equal(estimate: Estimate, published: PublishedNumber, ours: Floats) -> Verdict:
    """Return the verdict on whether our mean is the published one.

    Parameters
    ----------
    estimate : Estimate
        Our mean.
    published : PublishedNumber
    ours : array [n]
        Values of our runs.
    """
    beyond = published.exceeded_by(estimate, ours)
    if beyond.low > 0.0 or beyond.high < 0.0:
        return "not reproduced"
    low, high = published.interval(ours)
    holds = estimate.low <= published.number <= estimate.high or low <= estimate.value <= high
    return "reproduced" if holds else "not settled"
