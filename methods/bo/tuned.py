"""Expected hypervolume improvement made for architectures (*ours*)."""

from __future__ import annotations

from typing import Any

from methods._gp.tuned import TUNED_SETTINGS, TunedSurrogate
from methods.bo._search import BayesianSearch

__all__ = ["EHVITuned"]


class EHVITuned(BayesianSearch):
    """qEHVI with a surrogate for categories, known costs and a scale that spreads out what is good.

    With two objectives of which the costs are known there is one random number left: its
    expectation over the staircase of the front is exact, and no sample is drawn but for batches.
    """

    name = "ehvi-tuned"
    source = "*ours*, after Daulton, Balandat and Bakshy, NeurIPS 2020"
    summary = "expected hypervolume improvement, categorical kernel, known costs"
    settings_spec = TUNED_SETTINGS

    def _make_surrogate(self) -> TunedSurrogate:
        settings: dict[str, Any] = vars(self.settings)
        return TunedSurrogate(self.problem, **settings)

    @property
    def canonical(self) -> bool:  # type: ignore[override]
        """Whether one representative stands for an isomorphism class."""
        return bool(self.settings.canonical)
