"""Rules that need no runs: constants of a protocol's table, and a paper's own arithmetic."""

from __future__ import annotations

from itertools import product
from typing import Literal

from pydantic import Field, model_validator

from bench.indicators import hypervolume
from reports.claims.evidence import Evidence, playable_protocol
from reports.claims.judgement import Estimate, Judgement, Verdict
from reports.claims.published_number import PublishedNumber
from reports.claims.rules.rule import Rule

__all__ = ["Arithmetic", "Constant", "OutOfReach"]


class Constant(Rule):
    """A published hypervolume of the exact front, computed again from a protocol's table."""

    explanation = (
        "a published constant, computed again from the protocol's table. Reproduced if it differs "
        "by no more than the published error; not reproduced if by more"
    )
    interval = "none, nothing varies"
    needs_value = True

    kind: Literal["constant"]
    protocol: str

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, as text."""
        return f"{self.protocol}: front hypervolume"

    def judge(self, published: PublishedNumber, evidence: Evidence) -> Judgement:
        """Return the judgement of the constant."""
        protocol = playable_protocol(self.protocol)
        front = protocol.normalise(protocol.task().front("score"))
        value = hypervolume(front, protocol.rules.normalisation.reference_point)
        low, high = published.bounds()
        return Judgement(
            "reproduced" if low <= value <= high else "not reproduced",
            f"the front hypervolume of {protocol.label} is {value:.6g}, "
            f"{value - published.number:+.3g} from the published one",
            Estimate(value, value, value, published.unit),
        )


class Arithmetic(Rule):
    """A number of a paper follows from two others, or does not.

    Attributes
    ----------
    operation : {"ratio", "difference"}
        Of the first and the second term.
    terms : pair of float
        The two numbers as printed.
    rounding : pair of float
        Rounding error of each term.
    """

    explanation = (
        "a published number, computed from two others of the same paper. If the interval excludes "
        "the published number, the three cannot all be right as printed"
    )
    interval = "the range that rounding allows"
    needs_value = True

    kind: Literal["arithmetic"]
    operation: Literal["ratio", "difference"]
    terms: tuple[float, float]
    rounding: tuple[float, float] = (0.0, 0.0)

    @model_validator(mode="after")
    def _divides(self) -> Arithmetic:
        if min(self.rounding) < 0.0:
            raise ValueError("rounding must not be negative")
        if self.operation == "ratio" and abs(self.terms[1]) <= self.rounding[1]:
            raise ValueError("the second term of a ratio may be 0")
        return self

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, as text."""
        return "the paper's own numbers"

    def judge(self, published: PublishedNumber, evidence: Evidence) -> Judgement:
        """Return the judgement of the three numbers."""
        ends = [(t - r, t + r) for t, r in zip(self.terms, self.rounding, strict=True)]
        corners = [self._compute(a, b) for a, b in product(*ends)]
        value, (least, largest) = self._compute(*self.terms), published.bounds()
        fits = min(corners) <= largest and least <= max(corners)
        verdict: Verdict = "reproduced" if fits else "cannot be right as printed"
        sign = "/" if self.operation == "ratio" else "\N{MINUS SIGN}"
        return Judgement(
            verdict,
            f"{self.terms[0]:g} {sign} {self.terms[1]:g} = {value:.4g}, published "
            f"{published.number:g}",
            Estimate(value, min(corners), max(corners), published.unit),
        )

    def _compute(self, first: float, second: float) -> float:
        return first / second if self.operation == "ratio" else first - second


class OutOfReach(Rule):
    """A claim that nothing here can test.

    Attributes
    ----------
    would_take : str
        What a test would need.
    """

    explanation = "a claim that nothing here can test, with what a test would need"
    interval = "none"

    kind: Literal["out-of-reach"]
    would_take: str = Field(min_length=1)

    def judge(self, published: PublishedNumber, evidence: Evidence) -> Judgement:
        """Return that the claim is out of reach, and what a test would need."""
        would_take = " ".join(self.would_take.split()).removesuffix(".")
        return Judgement("out of reach here", f"a test would need {would_take}")
