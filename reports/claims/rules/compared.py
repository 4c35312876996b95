"""Rules that compare methods at one budget, repetition by repetition."""

from __future__ import annotations

from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray
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
from reports.claims.rules.base import Rule, doubt, few, in_words

__all__ = ["Difference", "Order"]

Floats = NDArray[np.float64]

_UNSETTLED: Verdict = "not settled"
_ORDER_RESAMPLES = 10_000  # the tails of a corrected interval must hold more than a few of them


class Difference(Rule):
    """One method is better than another, by a published amount where the claim has a value.

    Attributes
    ----------
    better, worse : str
        Methods, as the claim has them.
    evaluations : int, optional
        After how many; the whole budget if not given.
    """

    says = (
        "the mean lead of one method over another at one budget, over paired repetitions. "
        "Reproduced if its interval lies above 0 and, where a size was published, does not "
        "exclude it; not reproduced if it lies below 0 or excludes the published size. Where the "
        "size comes without a spread, the paper's leads are taken to vary as ours do"
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
        """The protocol and the indicator that test the claim, in words."""
        return in_words(self.protocol, self.indicator, self.evaluations)

    @property
    def beside_a_mean(self) -> bool:
        """Whether a published number is a mean of runs, of which it must be known how many."""
        return True

    def judge(self, published: Published, evidence: Evidence) -> Outcome:
        """Return the verdict on the lead of `better` over `worse`."""
        results = evidence.searches(self.protocol, self.better, self.worse)
        indicator, count = INDICATORS[self.indicator], at_evaluation(results, self.evaluations)
        better, worse = paired_curves(results, (self.better, self.worse), indicator)
        leads = indicator.sign * (better - worse)[:, count - 1]
        rng = stream(results.protocol.id, "claim", self.kind, self.better, self.worse, count)
        low, high = percentiles(resampled_means([leads[:, None]], rng)[0][:, 0])
        estimate = Estimate(float(leads.mean()), float(low), float(high), indicator.title)
        beyond, doubts = None, few(len(leads))
        if published.value is not None:
            beyond, doubts = published.exceeded_by(estimate, leads), doubt(published, leads)
        return Outcome(
            _UNSETTLED if doubts else _on_lead(estimate, beyond),
            f"{self.better} leads {self.worse} in {int((leads > 0.0).sum())} of {len(leads)} "
            f"paired repetitions after {count} evaluations{doubts}",
            estimate,
            len(leads),
        )


def _on_lead(lead: Estimate, beyond: Estimate | None) -> Verdict:
    """Judge a lead, and by how much it exceeds the published size if there is one."""
    misses = beyond is not None and (beyond.low > 0.0 or beyond.high < 0.0)
    if lead.high < 0.0 or misses:
        return "not reproduced"
    return "reproduced" if lead.low > 0.0 else "not settled"


class Order(Rule):
    """Methods stand in a claimed order.

    Attributes
    ----------
    methods : tuple of str
        Best first, as the claim has them.
    evaluations : int, optional
        After how many; the whole budget if not given.
    """

    says = (
        "the order of several methods by their means at one budget, as Kendall's tau with the "
        "claimed one. Every pair's lead gets an interval, its level corrected for the number of "
        "pairs (Bonferroni). Reproduced if all lie above 0; not reproduced if one lies below 0"
    )
    interval = "percentile bootstrap of Kendall's tau over paired repetitions"

    kind: Literal["order"]
    protocol: str
    indicator: IndicatorName = "log10_hypervolume_difference"
    methods: tuple[str, ...] = Field(min_length=2)
    evaluations: int | None = Field(default=None, ge=1)

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, in words."""
        return in_words(self.protocol, self.indicator, self.evaluations)

    def judge(self, published: Published, evidence: Evidence) -> Outcome:
        """Return the verdict on the whole order."""
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
        doubts = few(len(ends[0]))
        sentence = f"the means' order after {count} evaluations: {measured}{doubts}"
        verdict = _UNSETTLED
        if not doubts:
            verdict = _on_order(low, high)
            sentence += (
                f"; {int((low > 0.0).sum())} of {len(pairs)} pairs stand as claimed and "
                f"{len(against)} the other way round"
                + (f" ({', '.join(against)})" if against else "")
            )
        return Outcome(
            verdict,
            sentence,
            Estimate(tau, float(tau_low), float(tau_high), "Kendall's tau"),
            len(ends[0]),
        )


def _on_order(low: Floats, high: Floats) -> Verdict:
    if (high < 0.0).any():
        return "not reproduced"
    return "reproduced" if (low > 0.0).all() else "not settled"
