"""LaMOO around Bayesian optimisation: with qEHVI as in the papers, and with a surrogate of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bench.errors import MethodError
from bench.method import Problem, Setting
from methods._gp.matern_surrogates import MATERN_SETTINGS, MaternSurrogate
from methods._gp.tuned_surrogate import TUNED_SETTINGS, TunedSurrogate
from methods.lamoo.algorithm import LaMOO
from methods.lamoo.samplers import Sampler
from methods.lamoo.surrogate_sampler import SurrogateSampler

__all__ = ["LaMOOEHVITuned", "LaMOOQEHVI"]


class _LaMOOBayesian(LaMOO):
    """LaMOO around a surrogate; needs the mode `enumerated`."""

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        if self.settings.mode != "enumerated":
            raise MethodError(
                f"method {self.name!r}: setting 'mode' is {self.settings.mode!r}; expected "
                f"'enumerated': its acquisition function is maximised over architectures"
            )


class LaMOOQEHVI(_LaMOOBayesian):
    """LaMOO with qEHVI in the selected region: the difference to `qehvi` is the partition alone."""

    name = "lamoo-qehvi"
    summary = "learned space partition, expected hypervolume improvement within the region"
    settings_spec: ClassVar[Mapping[str, Setting]] = {**LaMOO.settings_spec, **MATERN_SETTINGS}

    def _make_sampler(self) -> Sampler:
        chosen = {name: getattr(self.settings, name) for name in MATERN_SETTINGS}
        surrogate = MaternSurrogate(self.problem, **chosen)
        return SurrogateSampler(surrogate, self._unseen)


class LaMOOEHVITuned(_LaMOOBayesian):
    """LaMOO around the surrogate of `ehvi-tuned` (*ours*): its effect with a better model."""

    name = "lamoo-ehvi-tuned"
    summary = "learned space partition around the surrogate of ehvi-tuned"
    spaces = ("finite",)
    settings_spec: ClassVar[Mapping[str, Setting]] = {**LaMOO.settings_spec, **TUNED_SETTINGS}

    def _make_sampler(self) -> Sampler:
        chosen = {name: getattr(self.settings, name) for name in TUNED_SETTINGS}
        return SurrogateSampler(TunedSurrogate(self.problem, **chosen), self._unseen)
