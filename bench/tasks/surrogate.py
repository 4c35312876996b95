"""Tasks on a surrogate: a model fitted to measurements of a space too large to enumerate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from bench.arrays import Floats
from bench.entrants.problem import Candidate
from bench.errors import ProtocolError
from bench.indicators import non_dominated
from bench.schema import StrictModel, naming
from bench.spaces.darts import DARTS, DARTSSkeleton
from bench.spaces.finite import Architectures
from bench.spaces.space import Kind
from bench.tasks.base import Answer, Measurement, ObjectiveSpec, Task
from bench.tasks.pinned import PinnedTable, load_pinned
from bench.tasks.yahpo import YahpoSurrogate

__all__ = ["SurrogateObjective", "SurrogateTask", "SurrogateTaskSpec"]

Quantity = Literal["error", "params", "flops"]


class SurrogateObjective(ObjectiveSpec):
    """An objective of a surrogate task: a prediction, or a closed form of the network."""

    quantity: Quantity = Field(
        description=(
            "`error` is 100 minus the predicted validation accuracy in %; `params` and `flops` "
            "are the number of parameters and of multiply-adds of the network, which are known "
            "without training."
        )
    )
    scale: float = Field(
        default=1.0, gt=0, description="Factor applied to the quantity, to change the unit."
    )

    @property
    def cheap(self) -> bool:
        """Whether the objective is a closed form, known without training."""
        return self.quantity != "error"

    def source(self, measurement: Measurement) -> str:
        """Return a short description of a measurement."""
        del measurement  # both are the same
        return "closed form of the network" if self.cheap else "100 - predicted accuracy in %"


class SurrogateTaskSpec(StrictModel):
    """The `[task]` of a protocol whose objectives are predicted by a surrogate."""

    kind: Literal["surrogate"] = Field(description="Kind of the task.")
    space: Literal["darts"] = Field(description="Name of the search space.")
    tables: tuple[PinnedTable] = Field(description="The table with the arrays of the model.")
    epoch: int = Field(
        ge=1, le=98, description="Number of training epochs for which the model predicts."
    )
    objectives: tuple[SurrogateObjective, ...] = Field(
        min_length=2,
        description="The objectives, all minimised; at least one has the quantity `error`.",
    )
    known_front: tuple[tuple[int, ...], ...] = Field(
        default=(),
        description=(
            "Architectures of the best known front, one category per variable, since the exact "
            "front cannot be computed. Only the architectures are stored; the model predicts "
            "their objectives. `monas protocol front FILE` finds them."
        ),
    )

    @property
    def space_kind(self) -> Kind:
        """Kind of space that a method must be able to search."""
        return "finite"

    @model_validator(mode="after")
    def _check_objectives(self) -> SurrogateTaskSpec:
        if "error" not in {o.quantity for o in self.objectives}:
            raise ValueError("task.objectives needs one of quantity 'error'")
        return self


class SurrogateTask(Task):
    """A task on YAHPO Gym's surrogate of NAS-Bench-301 and closed forms of the network.

    The model is deterministic: search and test objectives are equal. An evaluation costs the
    predicted seconds of its training. The model computes in single precision, so the answers of
    two machines may differ in their seventh digit.
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
        """Return the objectives [n, m] of candidates, and their predicted training costs [n]."""
        return self._answer(self.space.check([c.architecture for c in candidates]))

    def cheap(self, architectures: Architectures) -> Floats:
        """Return the cheap objectives [n, k], which are closed forms."""
        columns = [
            self._closed_form(self._spec.objectives[index], architectures)
            for index in self.cheap_objectives
        ]
        return np.stack(columns, axis=1) if columns else np.empty((len(architectures), 0))

    def score(self, architectures: Architectures) -> Floats:
        """Return the objectives [n, m] of architectures [n, variables]."""
        return self._answer(self.space.check(architectures)).objectives

    def front(self, measurement: Measurement) -> Floats:
        """Return the known front [p, m], which is the same for both measurements.

        Raises
        ------
        ProtocolError
            If the protocol has no known front.
        """
        if not self._spec.known_front:
            raise ProtocolError(
                "task.known_front is empty: `monas protocol front FILE` searches for one"
            )
        with naming("task.known_front"):
            score = self.score(self.space.check(self._spec.known_front))
        return np.unique(score[non_dominated(score)], axis=0)

    def _answer(self, architectures: Architectures) -> Answer:
        # One by one, so that the result does not depend on the other architectures.
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

    def _closed_form(self, objective: SurrogateObjective, architectures: Architectures) -> Floats:
        count = self._skeleton.params if objective.quantity == "params" else self._skeleton.flops
        return objective.scale * count(architectures)
