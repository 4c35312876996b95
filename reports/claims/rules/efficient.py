"""Rules on sample efficiency: measured here, and on a paper's own curves."""

from __future__ import annotations

from typing import Literal

from bench.seeds import stream
from reports.claims.evidence import Evidence
from reports.claims.judgement import Estimate, Judgement, Verdict
from reports.claims.measure import INDICATORS, IndicatorName, paired_curves
from reports.claims.published_curves import load_curves
from reports.claims.published_number import PublishedNumber
from reports.claims.rules.rule import Rule, describe_test, few_runs
from reports.claims.sample_efficiency import EfficiencyRatio, sample_efficiency

__all__ = ["PublishedEfficiency", "SampleEfficiency", "pair_efficiency"]

_FACTOR = "times fewer evaluations"


def pair_efficiency(
    evidence: Evidence,
    protocol: str,
    method: str,
    baseline: str,
    indicator: IndicatorName,
) -> tuple[EfficiencyRatio, int]:
    """Return the sample efficiency of a pair of methods, and the number of paired repetitions.

    Parameters
    ----------
    evidence : Evidence
    protocol : str
        Name of the protocol.
    method, baseline : str
        Names of the two methods; the ratio is the baseline's evaluations divided by the method's.
    indicator : IndicatorName
        Of the curves.

    Raises
    ------
    reports.claims.judgement.MissingEvidence
        If one of the two was not run.
    """
    results = evidence.searches(protocol, method, baseline)
    mine, theirs = paired_curves(results, (method, baseline), INDICATORS[indicator])
    found = sample_efficiency(
        mine,
        theirs,
        INDICATORS[indicator],
        initial=results.protocol.rules.budget.initial,
        rng=stream(results.protocol.id, "claim", "sample-efficiency", method, baseline),
    )
    return found, len(mine)


class SampleEfficiency(Rule):
    """A method needs several times fewer evaluations than another to reach the same level.

    Attributes
    ----------
    protocol : str
    indicator : IndicatorName
    method, baseline : str
    at : {"baseline final", "maximum"}
        The level of the claim: the end of the baseline's mean curve, or the level with the largest
        ratio.
    """

    explanation = (
        "the evaluations that the baseline's mean curve needs to the level that the claim names, "
        "divided by those of the method; the sentence also has the largest ratio over all levels. "
        "Reproduced if the ratio is at least the published one and its interval is above 1; not "
        "reproduced if the interval is below 1 or below the published ratio"
    )
    interval = "percentile bootstrap of the ratio over paired repetitions"
    needs_value = True

    kind: Literal["sample-efficiency"]
    protocol: str
    indicator: IndicatorName = "log10_hypervolume_difference"
    method: str
    baseline: str
    at: Literal["baseline final", "maximum"] = "baseline final"

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, as text."""
        return describe_test(self.protocol, self.indicator)

    def judge(self, published: PublishedNumber, evidence: Evidence) -> Judgement:
        """Return the judgement of the ratio at the level that the claim names."""
        found, count = pair_efficiency(
            evidence, self.protocol, self.method, self.baseline, self.indicator
        )
        ratio = Estimate(*(found.most if self.at == "maximum" else found.at), _FACTOR)
        least, _ = published.bounds()
        doubts = few_runs(count)
        bound = "" if found.reached else f" (not reached by {self.method}: a bound)"
        return Judgement(
            "not settled" if doubts else _on_ratio(ratio, least),
            f"{self.method} against {self.baseline}: {_three(found.at)} at the baseline's final "
            f"mean {found.level:.3f}{bound}, and at most {_three(found.most)}, at "
            f"{found.most_level:.3f}{doubts}",
            ratio,
            count,
        )


def _three(ratio: tuple[float, float, float]) -> str:
    value, low, high = ratio
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"


def _on_ratio(ratio: Estimate, least: float) -> Verdict:
    if ratio.value >= least and ratio.low > 1.0:
        return "reproduced"
    return "not reproduced" if ratio.high < max(least, 1.0) else "not settled"


class PublishedEfficiency(Rule):
    """A published ratio follows from the same paper's published curves, or does not.

    Attributes
    ----------
    curves : str
        Name of the file of curves.
    protocol, method, baseline : str
        The two curves, by names of the suite.
    """

    explanation = (
        "the same ratio on the paper's own curves, with straight lines between the points that "
        "were read. Reproduced if the ratio at the baseline's last value or the largest over all "
        "levels can be the printed one; if neither can, the number cannot be right as printed"
    )
    interval = "the range that reading errors allow"
    needs_value = True

    kind: Literal["published-efficiency"]
    curves: str
    protocol: str
    method: str
    baseline: str

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, as text."""
        return "the published curves"

    def judge(self, published: PublishedNumber, evidence: Evidence) -> Judgement:
        """Return the judgement of the printed ratio."""
        curves = load_curves(self.curves)
        pair = curves.of(self.protocol, self.method), curves.of(self.protocol, self.baseline)
        final, most, level = curves.efficiency(*pair)
        # The worst case: the two reading errors have opposite signs.
        low, lowest, _ = curves.efficiency(*pair, shift=-2.0 * curves.error)
        high, highest, _ = curves.efficiency(*pair, shift=2.0 * curves.error)
        least, largest = published.bounds()
        fits = any(a <= largest and least <= b for a, b in ((low, high), (lowest, highest)))
        verdict: Verdict = "reproduced" if fits else "cannot be right as printed"
        return Judgement(
            verdict,
            f"on {curves.source}: {final:.2f} at {pair[1].label}'s last value "
            f"{pair[1].values[-1]:g}, and at most {most:.2f} [{lowest:.2f}, {highest:.2f}] "
            f"(at {level:.3f})",
            Estimate(final, low, high, _FACTOR),
        )
