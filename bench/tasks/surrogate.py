"""Tasks answered by a fitted model of measurements, over a space too large to be listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bench.entrants.problem import Candidate
from bench.errors import ProtocolError
from bench.indicators import non_dominated
from bench.spaces.darts import DARTS, DARTSSkeleton
from bench.spaces.finite import Architectures
from bench.spaces.space import Kind
from bench.tasks.base import Answer, Task
from bench.tasks.table import PinnedTable, load_pinned
from bench.tasks.yahpo import YahpoSurrogate

__all__ = ["SurrogateObjective", "SurrogateTask", "SurrogateTaskSpec"]

_STRICT = ConfigDict(extra="forbid", frozen=True)

Quantity = Literal["error", "params", "flops"]


class SurrogateObjective(BaseModel):
    """One objective: what the model predicts, or a closed form of the network, times `scale`."""

    model_config = _STRICT

    name: str
    title: str
    unit: str
    quantity: Quantity
    scale: float = Field(default=1.0, gt=0)

    @property
    def cheap(self) -> bool:
        """Whether it is known without any training: a closed form is."""
        return self.quantity != "error"

    def source(self, measurement: Literal["search", "score"]) -> str:
        """Say in words what a measurement of this objective is made of."""
        del measurement  # both are the same
        return "closed form of the network" if self.cheap else "100 - predicted accuracy in %"


class SurrogateTaskSpec(BaseModel):
    """What a protocol says of a surrogate task.

    Attributes
    ----------
    tables : tuple of PinnedTable
        The arrays of the model.
    epoch : int
        Training epochs after which the model is asked.
    known_front : tuple of tuple of int
        The best architectures anybody has found, once a protocol is written: they stand where an
        exact front cannot be computed. Their objectives are asked of the model again.
    """

    model_config = _STRICT

    kind: Literal["surrogate"]
    space: Literal["darts"]
    tables: tuple[PinnedTable]
    epoch: int = Field(ge=1, le=98)
    objectives: tuple[SurrogateObjective, ...] = Field(min_length=2)
    known_front: tuple[tuple[int, ...], ...] = ()

    @property
    def space_kind(self) -> Kind:
        """What a method must be able to search."""
        return "finite"

    @model_validator(mode="after")
    def _agree(self) -> SurrogateTaskSpec:
        if "error" not in {o.quantity for o in self.objectives}:
            raise ValueError("task.objectives needs one of quantity 'error'")
        return self


class SurrogateTask(Task):
    """Answers with YAHPO-Gym's model of NAS-Bench-301 and the network's closed forms.

    The model has no noise and no second measurement: what a search sees is what it is scored by.
    An evaluation costs the seconds that the model says its training takes. The model computes in
    single precision, and its answers on two machines differ in their seventh digit.
    """

    tolerance = 1e-5

    def __init__(self, spec: SurrogateTaskSpec) -> None:
        self.space: DARTS = DARTS()
        self.objectives = tuple(o.name for o in spec.objectives)
        self.units = tuple(o.unit for o in spec.objectives)
        self.titles = tuple(o.title for o in spec.objectives)
        self.cheap_objectives = tuple(i for i, o in enumerate(spec.objectives) if o.cheap)
        self._spec = spec
        self._skeleton = DARTSSkeleton()
        self._model = YahpoSurrogate(load_pinned(spec.tables[0]).columns)

    def evaluate(self, candidates: Sequence[Candidate]) -> Answer:
        """Ask the model: objectives [n, m] and seconds [n]."""
        return self._answer(self.space.check([c.architecture for c in candidates]))

    def cheap(self, architectures: Architectures) -> NDArray[np.float64]:
        """Return the cheap objectives [n, k] by their closed forms."""
        columns = [
            self._closed_form(self._spec.objectives[place], architectures)
            for place in self.cheap_objectives
        ]
        return np.stack(columns, axis=1) if columns else np.empty((len(architectures), 0))

    def score(self, architectures: Architectures) -> NDArray[np.float64]:
        """Ask the model: objectives [n, m]."""
        return self._answer(self.space.check(architectures)).objectives

    def front(self, measurement: Literal["search", "score"]) -> NDArray[np.float64]:
        """Return the known front [p, m]; it is the same for both measurements.

        Raises
        ------
        ProtocolError
            If the protocol lists no architectures for it.
        """
        if not self._spec.known_front:
            raise ProtocolError(
                "task.known_front is empty: `monas protocol front FILE` searches for one"
            )
        score = self.score(np.asarray(self._spec.known_front, dtype=np.int8))
        return np.unique(score[non_dominated(score)], axis=0)

    def _answer(self, architectures: Architectures) -> Answer:
        # One by one: the same bits whatever else is asked for at the same time.
        predicted = self._model.predict(
            self.space.yahpo_inputs(architectures), self._spec.epoch, one_by_one=True
        )
        columns = [
            self._closed_form(objective, architectures)
            if objective.cheap
            else objective.scale * 100.0 * (1.0 - predicted["val_accuracy"])
            for objective in self._spec.objectives
        ]
        return Answer(np.stack(columns, axis=1), predicted["runtime_s"])

    def _closed_form(
        self, objective: SurrogateObjective, architectures: Architectures
    ) -> NDArray[np.float64]:
        count = self._skeleton.params if objective.quantity == "params" else self._skeleton.flops
        return objective.scale * count(architectures)
