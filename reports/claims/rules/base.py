"""What every kind of rule is: parameters from the record, and one function that judges."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from reports.claims.evidence import Evidence
from reports.claims.measure import INDICATORS, IndicatorName
from reports.claims.outcome import Outcome
from reports.claims.published import Published, Strict

__all__ = ["Rule", "in_words"]


class Rule(Strict, ABC):
    """How a claim is judged.

    A kind of rule is a subclass: a `kind` of its own, its parameters as fields, and `judge`. It
    joins by its name in the union of `reports.claims.rules`.

    Attributes
    ----------
    says : str
        What is estimated and when which verdict is given, for readers of the page.
    needs_value : bool
        Whether the claim must come with a published number.
    """

    says: ClassVar[str]
    needs_value: ClassVar[bool] = False

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, in words."""
        return ""

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
