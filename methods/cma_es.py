"""CMA-ES on dominance numbers over the whole space: the sampler of LaMOO without its partition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from bench.method import Setting
from methods.lamoo import CMAES_SETTINGS, RegionSearch, Sampler, cmaes_sampler

__all__ = ["CMAES"]


class CMAES(RegionSearch):
    """The CMA-ES sampler of `lamoo-cmaes`, with the whole space as its region.

    It has the same settings and the same restart in every iteration, from the best of all samples,
    so that the difference between the two methods is the partition alone. As in the baseline of the
    authors' code, this is no CMA-ES that adapts over a run.
    """

    name = "cma-es"
    source = (
        "Hansen and Ostermeier, Evolutionary Computation 9(2), 2001; fitness: Zhao et al., ICLR "
        "2022; package cma 4"
    )
    summary = "CMA-ES with the dominance number as fitness, restarted from the best samples"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        **RegionSearch.settings_spec,
        **CMAES_SETTINGS,
    }

    def _make_sampler(self) -> Sampler:
        return cmaes_sampler(self)
