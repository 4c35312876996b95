"""The content of the figures of a paper's claims, from records and results."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench.protocol import load_search_protocol
from bench.results.search import SearchResults
from bench.seeds import stream
from reports.claims.evidence import Evidence
from reports.claims.figures.curve_panels import CurvePanel, MeanCurve, draw_curves
from reports.claims.figures.ratio_panels import RatioPanel, draw_ratios
from reports.claims.judgement import MissingEvidence
from reports.claims.measure import (
    INDICATORS,
    CurveIndicator,
    IndicatorName,
    paired_curves,
    percentiles,
    resampled_means,
)
from reports.claims.published_curves import PublishedCurve, PublishedCurves, load_curves
from reports.claims.record import Paper
from reports.claims.rules.efficient import SampleEfficiency, pair_efficiency
from reports.rendering import style
from reports.rendering.saving import Plot
from reports.search.comparison import RANDOM

__all__ = ["draw_plots"]

Pairs = dict[tuple[str, str], set[float]]

_BANDS = "mean and 95 % bootstrap band over all finished repetitions"
_RATIO_CAPTION = (
    "Evaluations that the mean curve of the second method of a pair needs, divided by those of the "
    "first, at each level that both reach after the initial designs, with the 95 % bootstrap band "
    "over paired repetitions: above 1 the first method is faster. Dashed lines are ratios that the "
    "paper claims for the pair."
)


def draw_plots(paper: Paper, evidence: Evidence) -> Iterator[Plot]:
    """Draw the figures for which there are runs, protocol by protocol.

    Parameters
    ----------
    paper : Paper
    evidence : Evidence
        Results to draw.
    """
    if paper.curves is not None:
        curves = load_curves(paper.curves)
        for protocol in dict.fromkeys(curve.protocol for curve in curves.curves):
            yield from _curves(curves, protocol, evidence)
    for (protocol, indicator), pairs in _compared(paper).items():
        yield from _ratios(protocol, indicator, pairs, evidence)


def _curves(curves: PublishedCurves, protocol: str, evidence: Evidence) -> Iterator[Plot]:
    published = [curve for curve in curves.curves if curve.protocol == protocol]
    indicator = INDICATORS[curves.indicator]
    random = _mean(evidence, protocol, RANDOM, indicator)
    shown = [_panel(curve, evidence, indicator, random) for curve in published]
    if random is None and all(each.ours is None for each in shown):
        return
    rules = load_search_protocol(protocol)
    with style.settings():
        figure = draw_curves(
            shown,
            title=f"{indicator.title}, {'lower' if indicator.lower_is_better else 'higher'} "
            f"is better",
            initial=rules.rules.budget.initial,
            foot=f"{rules.label}, {_BANDS}",
        )
    yield Plot(
        f"curves-{protocol}",
        f"Published curves beside those measured here, {protocol}",
        _curves_caption(curves, shown),
        figure,
    )


def _curves_caption(curves: PublishedCurves, shown: list[CurvePanel]) -> str:
    passed = [f"{each.label} after {each.passes}" for each in shown if each.passes is not None]
    random = next((each.random for each in shown if each.random), None)
    passing = ""
    if random is not None and passed:
        passing = (
            f" The mean of {random.repetitions} repetitions of random search, which has no model, "
            f"passes the last published value of {', '.join(passed)} evaluations; the claims on "
            f"random search judge whether this is more than chance."
        )
    return (
        f"{curves.source[:1].upper()}{curves.source[1:]} (reading error {curves.error:g}; the bar "
        f"at the end is the published band) and the {_BANDS} here.{passing} "
        + " ".join(curves.note.split())
    )


def _panel(
    curve: PublishedCurve,
    evidence: Evidence,
    indicator: CurveIndicator,
    random: MeanCurve | None,
) -> CurvePanel:
    return CurvePanel(
        method=curve.method,
        label=curve.label,
        evaluations=np.asarray(curve.evaluations),
        values=np.asarray(curve.values),
        spread=curve.spread,
        ours=_mean(evidence, curve.protocol, curve.method, indicator),
        random=random,
        sign=indicator.sign,
    )


def _mean(
    evidence: Evidence, protocol: str, method: str, indicator: CurveIndicator
) -> MeanCurve | None:
    try:
        results: SearchResults = evidence.searches(protocol, method)
    except MissingEvidence:
        return None
    (curves,) = paired_curves(results, (method,), indicator, least=1)
    rng = stream(results.protocol.id, "claim", "mean curve", method)
    low, high = percentiles(resampled_means([curves], rng)[0])
    return MeanCurve(curves.mean(axis=0), low, high, len(curves))


def _compared(paper: Paper) -> dict[tuple[str, IndicatorName], Pairs]:
    """Return the pairs of each protocol with their claimed ratios; claimed pairs are first."""
    found: dict[tuple[str, IndicatorName], Pairs] = {}
    for claim in paper.claims:
        rule = claim.rule
        if isinstance(rule, SampleEfficiency):
            pairs = found.setdefault((rule.protocol, rule.indicator), {})
            pairs.setdefault((rule.method, rule.baseline), set()).add(claim.published.number)
    for comparison in paper.comparisons:
        pairs = found.setdefault((comparison.protocol, comparison.indicator), {})
        for pair in comparison.pairs:
            pairs.setdefault(pair, set())
    return found


def _ratios(protocol: str, name: IndicatorName, pairs: Pairs, evidence: Evidence) -> Iterator[Plot]:
    indicator = INDICATORS[name]
    shown = []
    for (method, baseline), claimed in pairs.items():
        try:
            found, count = pair_efficiency(evidence, protocol, method, baseline, name)
        except MissingEvidence:
            continue
        curve = found.curve
        shown.append(
            RatioPanel(
                method,
                baseline,
                count,
                curve.levels,
                curve.ratio,
                curve.low,
                curve.high,
                tuple(sorted(claimed)),
            )
        )
    if not shown:
        return
    with style.settings():
        figure = draw_ratios(
            shown,
            title=indicator.title,
            lower=indicator.lower_is_better,
            foot=f"{load_search_protocol(protocol).label}, mean curves, 95 % bootstrap bands",
        )
    yield Plot(
        f"ratios-{protocol}",
        f"Sample efficiency at every level, {protocol}",
        _RATIO_CAPTION,
        figure,
    )
