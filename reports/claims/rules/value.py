"""A rule that holds one method's measured value against a published number."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bench.seeds import stream
from reports.claims.evidence import Evidence
from reports.claims.measure import (
    INDICATORS,
    IndicatorName,
    at_evaluation,
    paired_curves,
    percentiles,
    resampled_means,
)
from reports.claims.outcome import Estimate, Outcome, Verdict
from reports.claims.published import Published
from reports.claims.rules.base import Rule, doubt, in_words, on_equal

__all__ = ["Value"]


class Value(Rule):
    """A method's mean is what was published, or on the claimed side of it.

    Attributes
    ----------
    expect : {"equal", "worse", "better"}
        What the claim says of the method measured here, beside the published number.
    evaluations : int, optional
        After how many; the whole budget if not given.
    """

    says = (
        "the mean of one method at one budget beside a published mean of runs; their difference "
        "gets an interval of both together. Where the published mean comes without a spread, the "
        "paper's runs are taken to vary as ours do. Where the two should be equal: not reproduced "
        "if the interval excludes 0, reproduced if one of the two means' own intervals holds the "
        "other mean. Where ours should be better or worse: reproduced if the difference lies on "
        "that side of 0, not reproduced if on the other"
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
        """The protocol and the indicator that test the claim, in words."""
        return in_words(self.protocol, self.indicator, self.evaluations)

    @property
    def beside_a_mean(self) -> bool:
        """Whether a published number is a mean of runs, of which it must be known how many."""
        return True

    def judge(self, published: Published, evidence: Evidence) -> Outcome:
        """Return the verdict on the method's mean."""
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
            verdict = on_equal(estimate, published, values)
        else:
            side = indicator.sign * (1.0 if self.expect == "better" else -1.0)
            verdict = _on_side(beyond, side)
        better = indicator.sign * beyond.value > 0.0
        return Outcome(
            verdict,
            f"after {count} evaluations {self.method} here is {'better' if better else 'worse'} "
            f"than the published value: {beyond.value:+.3f} [{beyond.low:+.3f}, "
            f"{beyond.high:+.3f}]{doubts}",
            estimate,
            len(values),
        )


def _on_side(beyond: Estimate, side: float) -> Verdict:
    """Judge whether ours lies above (side 1) or below (side -1) the published value."""
    above, below = beyond.low > 0.0, beyond.high < 0.0
    wanted, other = (above, below) if side > 0.0 else (below, above)
    if wanted:
        return "reproduced"
    return "not reproduced" if other else "not settled"
