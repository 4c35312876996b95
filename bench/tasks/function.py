"""Tasks with closed-form objectives on a box: test problems of multi-objective optimisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from bench.arrays import Floats
from bench.entrants.problem import Candidate
from bench.errors import ProtocolError
from bench.indicators import non_dominated
from bench.schema import StrictModel, naming
from bench.spaces.box import Box
from bench.spaces.space import Kind
from bench.tasks.base import Answer, Measurement, Task

__all__ = ["FUNCTIONS", "Function", "FunctionObjective", "FunctionTask", "FunctionTaskSpec"]


@dataclass(frozen=True)
class FunctionObjective:
    """An objective of a function: its name, and its title and unit in tables and figures."""

    name: str
    title: str
    unit: str
    cheap: bool = False

    def source(self, measurement: Measurement) -> str:
        """Return a short description of a measurement."""
        del measurement  # both are the same
        return "closed form"


@dataclass(frozen=True)
class Function:
    """A closed form on a box, all objectives minimised.

    Attributes
    ----------
    variables : tuple of (str, float, float)
        Name, lower and upper bound of each variable.
    objectives : tuple of FunctionObjective
        The m objectives.
    values : callable
        Maps points [n, variables] to objectives [n, m]. It computes element by element, so that
        the result for a point is the same in every bit, whatever the other points are.
    source : str
        The publications of the formulas.
    """

    variables: tuple[tuple[str, float, float], ...]
    objectives: tuple[FunctionObjective, ...]
    values: Callable[[Floats], Floats]
    source: str


def _branin_currin(points: Floats) -> Floats:
    """Return Branin's function on the unit square, and Currin's exponential function."""
    x0, x1 = points.T
    u, v = 15.0 * x0 - 5.0, 15.0 * x1
    arc = v - 5.1 / (4.0 * np.pi**2) * u * u + 5.0 / np.pi * u - 6.0
    branin = arc * arc + 10.0 * (1.0 - 1.0 / (8.0 * np.pi)) * np.cos(u) + 10.0
    with np.errstate(divide="ignore"):  # at x1 = 0 the factor is its limit, 1
        factor = 1.0 - np.exp(-1.0 / (2.0 * x1))
    square = x0 * x0
    numerator = 2300.0 * square * x0 + 1900.0 * square + 2092.0 * x0 + 60.0
    denominator = 100.0 * square * x0 + 500.0 * square + 4.0 * x0 + 20.0
    return np.stack([branin, factor * numerator / denominator], axis=1)


def _vehicle_safety(points: Floats) -> Floats:
    """Return mass, acceleration and toe-board intrusion of a car with five part thicknesses."""
    t1, t2, t3, t4, t5 = points.T
    mass = (
        1640.2823
        + 2.3573285 * t1
        + 2.3220035 * t2
        + 4.5688768 * t3
        + 7.7213633 * t4
        + 4.4559504 * t5
    )
    acceleration = (
        6.5856
        + 1.15 * t1
        - 1.0427 * t2
        + 0.9738 * t3
        + 0.8364 * t4
        - 0.3695 * t1 * t4
        + 0.0861 * t1 * t5
        + 0.3628 * t2 * t4
        - 0.1106 * t1 * t1
        - 0.3437 * t3 * t3
        + 0.1764 * t4 * t4
    )
    intrusion = (
        -0.0551
        + 0.0181 * t1
        + 0.1024 * t2
        + 0.0421 * t3
        - 0.0073 * t1 * t2
        + 0.024 * t2 * t3
        - 0.0118 * t2 * t4
        - 0.0204 * t3 * t4
        - 0.008 * t3 * t5
        - 0.0241 * t2 * t2
        + 0.0109 * t4 * t4
    )
    return np.stack([mass, acceleration, intrusion], axis=1)


FUNCTIONS: dict[str, Function] = {
    "branin-currin": Function(
        variables=(("x0", 0.0, 1.0), ("x1", 0.0, 1.0)),
        objectives=(
            FunctionObjective("branin", "Branin", "no unit"),
            FunctionObjective("currin", "Currin", "no unit"),
        ),
        values=_branin_currin,
        source=(
            "Dixon and Szego, Towards Global Optimisation 2, 1978 (Branin's function, on the unit "
            "square) and Currin, Mitchell, Morris and Ylvisaker, JASA 86, 1991; as a pair: "
            "Belakaria, Deshwal and Doppa, NeurIPS 2019"
        ),
    ),
    "vehicle-safety": Function(
        variables=tuple((f"t{i}", 1.0, 3.0) for i in range(1, 6)),
        objectives=(
            FunctionObjective("mass", "Mass", "kg"),
            FunctionObjective("acceleration", "Acceleration, full frontal", "as published"),
            FunctionObjective("intrusion", "Toe board intrusion", "as published"),
        ),
        values=_vehicle_safety,
        source=(
            "regression models of Liao, Li, Yang, Zhang and Li, Structural and Multidisciplinary "
            "Optimization 35, 2008; as RE3-5-4 in Tanabe and Ishibuchi, Applied Soft Computing 89, "
            "2020"
        ),
    ),
}


class FunctionTaskSpec(StrictModel):
    """The `[task]` of a protocol whose objectives are a closed form on a box."""

    kind: Literal["function"] = Field(description="Kind of the task.")
    function: Literal["branin-currin", "vehicle-safety"] = Field(
        description="Name of the function, which is also the name of its box."
    )
    known_front: tuple[tuple[float, ...], ...] = Field(
        default=(),
        description=(
            "Points of the box, one number per variable, that approximate the Pareto front, which "
            "is not finite. `monas protocol front FILE` finds them."
        ),
    )

    @property
    def space(self) -> str:
        """Name of the box, which is that of the function."""
        return self.function

    @property
    def source(self) -> str:
        """The publications of the formulas."""
        return FUNCTIONS[self.function].source

    @property
    def space_kind(self) -> Kind:
        """Kind of space that a method must be able to search."""
        return "box"

    @property
    def tables(self) -> tuple[()]:
        """The tables of the task: none."""
        return ()

    @property
    def objectives(self) -> tuple[FunctionObjective, ...]:
        """The objectives of the function."""
        return FUNCTIONS[self.function].objectives


class FunctionTask(Task):
    """A task that computes a function: search and test objectives are equal, and cost 0 s.

    Processors round elementary functions differently, so the last digits of an answer may differ
    between machines.
    """

    tolerance = 1e-9
    cheap_objectives = ()

    def __init__(self, spec: FunctionTaskSpec) -> None:
        self._function = FUNCTIONS[spec.function]
        self._known_front = spec.known_front
        self.space: Box = Box(spec.function, self._function.variables)
        self.objectives = tuple(o.name for o in spec.objectives)
        self.units = tuple(o.unit for o in spec.objectives)
        self.titles = tuple(o.title for o in spec.objectives)

    def evaluate(self, candidates: Sequence[Candidate]) -> Answer:
        """Return the objectives [n, m] of candidates, and costs [n] of 0 s."""
        objectives = self.score(self.space.check([c.architecture for c in candidates]))
        return Answer(objectives, np.zeros(len(objectives)))

    def cheap(self, architectures: Floats) -> Floats:
        """Return an array [n, 0]: a search does not know the formulas."""
        return np.empty((len(architectures), 0))

    def score(self, architectures: Floats) -> Floats:
        """Return the objectives [n, m] of points [n, variables]."""
        return self._function.values(self.space.check(architectures))

    def front(self, measurement: Measurement) -> Floats:
        """Return the known front [p, m], which is the same for both measurements.

        Raises
        ------
        ProtocolError
            If the protocol has no known front.
        """
        if not self._known_front:
            raise ProtocolError(
                "task.known_front is empty: `monas protocol front FILE` searches for one"
            )
        with naming("task.known_front"):
            score = self.score(self.space.check(self._known_front))
        return np.unique(score[non_dominated(score)], axis=0)
