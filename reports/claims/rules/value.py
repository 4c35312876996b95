"""A rule that compares one method's measured value with a published number."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bench.seeds import stream
from reports.claims.evidence import Evidence
from reports.claims.judgement import Estimate, Judgement, Verdict
from reports.claims.measure import (
    INDICATORS,
    IndicatorName,
    at_evaluation,
    paired_curves,
    percentiles,
    resampled_means,
)
from reports.claims.published_number import PublishedNumber
from reports.claims.rules.rule import Rule, describe_test, doubt, judge_equal

__all__ = ["Value"]


class Value(Rule):
    """A method's mean is the published one, or on the claimed side of it.

    Attributes
    ----------
    protocol : str
    indicator : IndicatorName
    method : str
    expect : {"equal", "worse", "better"}
        How the method measured here compares with the published number, by the claim.
    evaluations : int, optional
        Number of evaluations after which the claim is judged; the whole budget if not given.
    """

    explanation = (
        "the mean of one method at one budget, compared with a published mean of runs; the "
        "interval of the difference combines both. If the published mean has no spread, the "
        "paper's runs are assumed to vary as ours do. If the two should be equal: not reproduced "
        "if the interval excludes 0, reproduced if the interval of one mean contains the other "
        "mean. If ours should be better or worse: reproduced if the interval is on that side of "
        "0, not reproduced if it is on the other"
    )
    interval = "percentile bootstrap of our mean over repetitions"
    needs_value = True

    kind: Literal["value"]
    protocol: str
    indicator: IndicatorName = "log10_hypervolume_difference"
    method: str
    expect: Literal["equal", "worse", "better"] = "equal"
    evaluations: int | None = Field(default=None, ge=1)

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, as text."""
        return describe_test(self.protocol, self.indicator, self.evaluations)

    @property
    def compares_means(self) -> bool:
        """Whether the published number is a mean of runs, so that their number must be known."""
        return True

    def judge(self, published: PublishedNumber, evidence: Evidence) -> Judgement:
        """Return the judgement of the method's mean."""
        results = evidence.searches(self.protocol, self.method)
        indicator, count = INDICATORS[self.indicator], at_evaluation(results, self.evaluations)
        (curves,) = paired_curves(results, (self.method,), indicator)
        values = curves[:, count - 1]
        rng = stream(results.protocol.id, "claim", self.kind, self.method, count)
        low, high = percentiles(resampled_means([values[:, None]], rng)[0][:, 0])
        estimate = Estimate(float(values.mean()), float(low), float(high), indicator.title)
        beyond, doubts = published.exceeded_by(estimate, values), doubt(published, values)
        if doubts:
            verdict: Verdict = "not settled"
        elif self.expect == "equal":
            verdict = judge_equal(estimate, published, values)
        else:
            side = indicator.sign * (1.0 if self.expect == "better" else -1.0)
            verdict = _on_side(beyond, side)
        better = indicator.sign * beyond.value > 0.0
        return Judgement(
            verdict,
            f"after {count} evaluations {self.method} here is {'better' if better else 'worse'} "
            f"than the published value: {beyond.value:+.3f} [{beyond.low:+.3f}, "
            f"{beyond.high:+.3f}]{doubts}",
            estimate,
            len(values),
        )


def _on_side(beyond: Estimate, side: float) -> Verdict:
    """Return the verdict on whether ours is above (side 1) or below (side -1) the published."""
    above, below = beyond.low > 0.0, beyond.high < 0.0
    wanted, other = (above, below) if side > 0.0 else (below, above)
    if wanted:
        return "reproduced"
    return "not reproduced" if other else "not settled"
