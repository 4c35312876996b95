"""What a player is told of a task: the problem of a method, as a message and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.arrays import Floats
from bench.entrants.problem import Estimated, Evaluation, Problem
from bench.errors import MethodError
from bench.seeds import stream
from bench.spaces import Box, ListedSpace, Space, get_space
from bench.spaces.space import Rows

__all__ = [
    "evaluations_from",
    "evaluations_message",
    "problem_from",
    "problem_message",
    "space_message",
]

# Sends a question to the judge and returns its answer.
Question = Callable[[dict[str, Any]], Any]
_ROWS_AT_ONCE = 5000  # keeps a question well below the longest message that a judge accepts


def problem_message(problem: Problem, rng_name: tuple[str | int, ...]) -> dict[str, Any]:
    """Return a problem as JSON can hold it.

    Parameters
    ----------
    problem : Problem
    rng_name : tuple of str or int
        The name of the method's random stream; see `bench.seeds.stream`.
    """
    return {
        "space": space_message(problem.space),
        "objectives": list(problem.objectives),
        "cheap_objectives": list(problem.cheap_objectives),
        "reference_point": problem.reference_point.tolist(),
        "evaluations": problem.evaluations,
        "batch": problem.batch,
        "initial": problem.initial.tolist(),
        "rng": list(rng_name),
        "estimates": list(problem.estimates),
    }


def problem_from(message: dict[str, Any], question: Question) -> Problem:
    """Return the problem of a message; what it looks up becomes a question to the judge.

    Parameters
    ----------
    message : dict
        See `problem_message`.
    question : callable
        Sends a message to the judge and returns the answer.
    """
    space = _space_from(message["space"])
    initial = space.check(message["initial"])
    initial.flags.writeable = False  # a method that changes the shared designs is told so
    cheap = tuple(message["cheap_objectives"])

    def look_up(architectures: Rows) -> Floats:
        parts = [
            np.asarray(question({"cheap": rows.tolist()}), dtype=np.float64)
            for rows in _chunks(architectures)
        ]
        return np.concatenate([np.empty((0, len(cheap))), *parts])

    def estimate(name: str, architectures: Rows) -> Estimated:
        scores, seconds = [np.empty(0)], [np.empty(0)]
        for rows in _chunks(architectures):
            answer = question({"estimate": name, "architectures": rows.tolist()})
            scores.append(np.array([np.nan if s is None else s for s in answer["scores"]]))
            seconds.append(np.asarray(answer["seconds"], dtype=np.float64))
        return Estimated(np.concatenate(scores), np.concatenate(seconds))

    return Problem(
        space=space,
        objectives=tuple(message["objectives"]),
        cheap_objectives=cheap,
        reference_point=np.asarray(message["reference_point"], dtype=np.float64),
        evaluations=message["evaluations"],
        batch=message["batch"],
        initial=initial,
        rng=stream(*message["rng"]),
        _cheap=look_up,
        estimates=tuple(message["estimates"]),
        _estimate=estimate,
        evaluations_left=message["evaluations"],
    )


def _chunks(architectures: Rows) -> list[Rows]:
    return [
        architectures[i : i + _ROWS_AT_ONCE] for i in range(0, len(architectures), _ROWS_AT_ONCE)
    ]


def space_message(space: Space) -> dict[str, Any]:
    """Return what is needed to make a space again where no table is.

    Raises
    ------
    MethodError
        If it is a space of another kind.
    """
    if isinstance(space, Box):
        bounds = zip(space.variable_names, space.lower.tolist(), space.upper.tolist(), strict=True)
        return {"box": space.name, "variables": [list(each) for each in bounds]}
    if isinstance(space, ListedSpace):
        return {"space": space.name, "members": space.enumerate().tolist()}
    try:
        get_space(space.name)
    except Exception as error:
        raise MethodError(f"the space {space.name!r} cannot be made in a player: {error}") from None
    return {"space": space.name}


def _space_from(message: dict[str, Any]) -> Space:
    if "box" in message:
        return Box(message["box"], [(name, low, up) for name, low, up in message["variables"]])
    base = get_space(message["space"])
    return ListedSpace(base, message["members"]) if "members" in message else base


def evaluations_message(evaluations: list[Evaluation]) -> list[dict[str, Any]]:
    """Return what was measured as JSON can hold it; the player has the candidates."""
    return [
        {
            "number": each.number,
            "objectives": each.objectives.tolist(),
            "cost_seconds": each.cost_seconds,
        }
        for each in evaluations
    ]


def evaluations_from(message: list[dict[str, Any]], candidates: list[Any]) -> list[Evaluation]:
    """Return what was measured of candidates; see `evaluations_message`.

    Parameters
    ----------
    message : list of dict
    candidates : list of Candidate
        Those that were asked for, in order.
    """
    return [
        Evaluation(
            each["number"],
            candidate,
            np.asarray(each["objectives"], dtype=np.float64),
            each["cost_seconds"],
        )
        for each, candidate in zip(message, candidates, strict=True)
    ]
