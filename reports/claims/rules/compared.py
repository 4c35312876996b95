"""Rules that compare methods at one budget, repetition by repetition."""

from __future__ import annotations

from itertools import combinations
from typing import Literal

import numpy as np
from pydantic import Field

from bench.arrays import Floats
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
from reports.claims.rules.rule import Rule, describe_test, doubt, few_runs

__all__ = ["Difference", "Order"]

_UNSETTLED: Verdict = "not settled"
_ORDER_RESAMPLES = 10_000  # so that the tails of a corrected interval contain many of them


class Difference(Rule):
    """One method is better than another, by a published amount if the claim has a value.

    Attributes
    ----------
    protocol : str
    indicator : IndicatorName
    better, worse : str
        Names of the methods, in the order of the claim.
    evaluations : int, optional
        Number of evaluations after which the claim is judged; the whole budget if not given.
    """

    explanation = (
        "the mean lead of one method over another at one budget, over paired repetitions. "
        "Reproduced if its interval is above 0 and does not exclude the published size, if there "
        "is one; not reproduced if it is below 0 or excludes the published size. If the size has "
        "no spread, the paper's leads are assumed to vary as ours do"
    )
    interval = "percentile bootstrap of the mean lead over paired repetitions"

    kind: Literal["difference"]
    protocol: str
    indicator: IndicatorName = "log10_hypervolume_difference"
    better: str
    worse: str
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
        """Return the judgement of the lead of `better` over `worse`."""
        results = evidence.searches(self.protocol, self.better, self.worse)
        indicator, count = INDICATORS[self.indicator], at_evaluation(results, self.evaluations)
        better, worse = paired_curves(results, (self.better, self.worse), indicator)
        leads = indicator.sign * (better - worse)[:, count - 1]
        rng = stream(results.protocol.id, "claim", self.kind, self.better, self.worse, count)
        low, high = percentiles(resampled_means([leads[:, None]], rng)[0][:, 0])
        estimate = Estimate(float(leads.mean()), float(low), float(high), indicator.title)
        beyond, doubts = None, few_runs(len(leads))
        if published.value is not None:
            beyond, doubts = published.exceeded_by(estimate, leads), doubt(published, leads)
        return Judgement(
            _UNSETTLED if doubts else _on_lead(estimate, beyond),
            f"{self.better} leads {self.worse} in {int((leads > 0.0).sum())} of {len(leads)} "
            f"paired repetitions after {count} evaluations{doubts}",
            estimate,
            len(leads),
        )


def _on_lead(lead: Estimate, beyond: Estimate | None) -> Verdict:
    """Return the verdict on a lead and, if a size is published, on its difference to that size."""
    misses = beyond is not None and (beyond.low > 0.0 or beyond.high < 0.0)
    if lead.high < 0.0 or misses:
        return "not reproduced"
    return "reproduced" if lead.low > 0.0 else "not settled"


class Order(Rule):
    """Methods are in a claimed order.

    Attributes
    ----------
    protocol : str
    indicator : IndicatorName
    methods : tuple of str
        Names of the methods, the best by the claim first.
    evaluations : int, optional
        Number of evaluations after which the claim is judged; the whole budget if not given.
    """

    explanation = (
        "the order of several methods by their means at one budget, as Kendall's tau with the "
        "claimed one. The lead of every pair has an interval, its level corrected for the number "
        "of pairs (Bonferroni). Reproduced if all are above 0; not reproduced if one is below 0"
    )
    interval = "percentile bootstrap of Kendall's tau over paired repetitions"

    kind: Literal["order"]
    protocol: str
    indicator: IndicatorName = "log10_hypervolume_difference"
    methods: tuple[str, ...] = Field(min_length=2)
    evaluations: int | None = Field(default=None, ge=1)

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, as text."""
        return describe_test(self.protocol, self.indicator, self.evaluations)

    def judge(self, published: PublishedNumber, evidence: Evidence) -> Judgement:
        """Return the judgement of the whole order."""
        results = evidence.searches(self.protocol, *self.methods)
        indicator, count = INDICATORS[self.indicator], at_evaluation(results, self.evaluations)
        curves = paired_curves(results, self.methods, indicator)
        ends = [indicator.sign * curve[:, count - 1 : count] for curve in curves]
        rng = stream(results.protocol.id, "claim", self.kind, *self.methods, count)
        again = resampled_means(ends, rng, resamples=_ORDER_RESAMPLES)
        means = np.array([end.mean() for end in ends])
        pairs = list(combinations(range(len(ends)), 2))
        leads = np.stack([again[a][:, 0] - again[b][:, 0] for a, b in pairs], axis=1)
        tau = float(np.mean([np.sign(means[a] - means[b]) for a, b in pairs]))
        tau_low, tau_high = percentiles(np.sign(leads).mean(axis=1))
        low, high = percentiles(leads, level=1.0 - 0.05 / len(pairs))
        against = [
            f"{self.methods[b]} before {self.methods[a]}"
            for (a, b), end in zip(pairs, high, strict=True)
            if end < 0.0
        ]
        measured = ", ".join(self.methods[k] for k in np.argsort(-means, kind="stable"))
        doubts = few_runs(len(ends[0]))
        sentence = f"the means' order after {count} evaluations: {measured}{doubts}"
        verdict = _UNSETTLED
        if not doubts:
            verdict = _on_order(low, high)
            sentence += (
                f"; {int((low > 0.0).sum())} of {len(pairs)} pairs are ordered as claimed and "
                f"{len(against)} the other way round"
                + (f" ({', '.join(against)})" if against else "")
            )
        return Judgement(
            verdict,
            sentence,
            Estimate(tau, float(tau_low), float(tau_high), "Kendall's tau"),
            len(ends[0]),
        )


def _on_order(low: Floats, high: Floats) -> Verdict:
    if (high < 0.0).any():
        return "not reproduced"
    return "reproduced" if (low > 0.0).all() else "not settled"
