"""Figures of the paper on LaMOO, reproduced, and the effects of its choices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.errors import DataMissingError
from bench.protocol import load_search_protocol
from reports.claims.judgement import MissingEvidence
from reports.papers.lamoo import ablations, dominance_map, regions, single_objective
from reports.rendering import style
from reports.rendering.saving import Plot

if TYPE_CHECKING:
    from reports.claims.evidence import Evidence

__all__ = ["plots"]

# The effect of the partition: LaMOO around a sampler, and the sampler alone.
_WITHOUT = {
    "lamoo-random": "random",
    "lamoo-cmaes": "cma-es",
    "lamoo-qehvi": "qehvi",
    "lamoo-qehvi-log": "qehvi-log",
    "lamoo-ehvi-tuned": "ehvi-tuned",
}


def plots(evidence: Evidence) -> Iterator[Plot]:
    """Draw Figures 1, 2 and 5 and the effects of each choice, as far as there is `evidence`."""
    with style.settings():
        figure = dominance_map.draw(load_search_protocol("lamoo-branin-currin").task())
    yield Plot("paper-figure-1", "Dominance numbers", dominance_map.CAPTION, figure)
    yield from _single_objective(evidence)
    yield from _regions()
    yield from _ablations(evidence)


def _single_objective(evidence: Evidence) -> Iterator[Plot]:
    try:
        results = evidence.searches("lamoo-nb201-1000", *single_objective.METHODS)
    except MissingEvidence:
        return
    with style.settings():
        figure = single_objective.draw(results)
    yield Plot(
        "paper-figure-2", "CMA-ES on one and on two objectives", single_objective.CAPTION, figure
    )


def _regions() -> Iterator[Plot]:
    measured = {}
    for name, trees in (("lamoo-nb201", 20), ("nb301", 10)):  # the surrogate is slow
        protocol = load_search_protocol(name)
        try:
            protocol.require_tables()
        except DataMissingError:
            continue
        measured[name] = regions.measure_regions(protocol, protocol.task(), trees=trees)
    if measured:
        with style.settings():
            figure = regions.draw(measured)
        yield Plot("paper-figure-5", "Quality of regions", regions.CAPTION, figure)


def _ablations(evidence: Evidence) -> Iterator[Plot]:
    try:
        results = evidence.searches("lamoo-nb201", "lamoo-random")
    except MissingEvidence:
        return
    variants = results.protocol.entrants("ablations")
    pairs = {name: entry.method for name, entry in variants.items()} | _WITHOUT
    differences = ablations.paired_differences(results, pairs)
    if differences:
        with style.settings():
            figure = ablations.draw(differences)
        yield Plot("ablations", "Effects of the choices within LaMOO", ablations.CAPTION, figure)
