"""The figures of the paper on LaMOO that can be made again here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.errors import DataMissingError
from bench.protocol import load_search_protocol
from reports.claims.outcome import Missing
from reports.papers.lamoo import ablations, regions, single
from reports.papers.lamoo import good_half as dominance
from reports.rendering import style
from reports.rendering.plots import Plot

if TYPE_CHECKING:
    from reports.claims.evidence import Evidence

__all__ = ["plots"]

# What a partition adds: LaMOO around a sampler, and the sampler alone.
_WITHOUT = {
    "lamoo-random": "random",
    "lamoo-cmaes": "cma-es",
    "lamoo-qehvi": "qehvi",
    "lamoo-qehvi-log": "qehvi-log",
    "lamoo-ehvi-tuned": "ehvi-tuned",
}


def plots(evidence: Evidence) -> Iterator[Plot]:
    """Draw what tables and results allow: Figures 1, 2 and 5, and what each choice is worth."""
    with style.settings():
        figure = dominance.draw(load_search_protocol("lamoo-branin-currin").task())
    yield Plot("paper-figure-1", "Dominance numbers", dominance.CAPTION, figure)
    yield from _single(evidence)
    yield from _regions()
    yield from _ablations(evidence)


def _single(evidence: Evidence) -> Iterator[Plot]:
    try:
        results = evidence.searches("lamoo-nb201-1000", *single.METHODS)
    except Missing:
        return
    with style.settings():
        figure = single.draw(results)
    yield Plot("paper-figure-2", "CMA-ES on one and on two objectives", single.CAPTION, figure)


def _regions() -> Iterator[Plot]:
    measured = {}
    for name, trees in (("lamoo-nb201", 20), ("nb301", 10)):  # the surrogate takes its time
        protocol = load_search_protocol(name)
        try:
            protocol.require_tables()
        except DataMissingError:
            continue
        measured[name] = regions.measure_regions(protocol, protocol.task(), trees=trees)
    if measured:
        with style.settings():
            figure = regions.draw(measured)
        yield Plot("paper-figure-5", "What regions are worth", regions.CAPTION, figure)


def _ablations(evidence: Evidence) -> Iterator[Plot]:
    try:
        results = evidence.searches("lamoo-nb201", "lamoo-random")
    except Missing:
        return
    variants = results.protocol.entrants("ablations")
    pairs = {name: entry.method for name, entry in variants.items()} | _WITHOUT
    differences = ablations.paired_differences(results, pairs)
    if differences:
        with style.settings():
            figure = ablations.draw(differences)
        yield Plot("ablations", "What each choice is worth", ablations.CAPTION, figure)
