"""The player: a process with an entrant's code, which knows of a task what its problem says.

It follows the judge's orders one by one. Whatever the entrant raises ends it, with the reason and
where it was raised; nothing that it does reaches the judge but messages.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Floats
from bench.entrants.estimator import CombinedEstimator, Estimator, TrainingCurves
from bench.entrants.method import Method
from bench.entrants.problem import Candidate, candidates
from bench.entrants.registry import find
from bench.errors import CallError, MethodError, SpaceError
from bench.players.cards import BASES, as_json, card_of
from bench.players.problems import evaluations_from, problem_from
from bench.players.wire import Closed, receive, receive_with_arrays, send

__all__ = ["serve"]

_LONGEST_TEXT = 20_000


def serve(channel: socket.socket) -> None:
    """Follow the judge's orders until it closes the channel."""
    player = _Player(channel)
    while True:
        try:
            order, arrays = receive_with_arrays(channel)
        except Closed:
            return
        try:
            answer = player.follow(order, arrays)
        except BaseException as error:
            _send(channel, {"raised": _described(error)})
            return
        _send(channel, answer)


class _Player:
    """One entrant, made by its first order."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def follow(self, order: dict[str, Any], arrays: Sequence[NDArray[Any]]) -> dict[str, Any]:
        """Return the answer to an order; `do` says which it is."""
        if "folder" in order:  # the first: of the judge's folder and import path now
            with contextlib.suppress(OSError):
                os.chdir(order["folder"])
            sys.path[:] = order["path"]
        what = order["do"]
        if what in ("read", "combine"):
            return self._score(what, arrays)
        follow: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "describe": _describe,
            "make": self._make,
            "ask": self._ask,
            "tell": self._tell,
            "open": self._open,
            "measure": self._measure,
        }
        return follow[what](order)

    # -- methods

    def _make(self, order: dict[str, Any]) -> dict[str, Any]:
        found = find(order["spec"], Method)  # type: ignore[type-abstract]
        self._problem = problem_from(order["problem"], self._question)
        self._method = found.entrant(self._problem, **order["settings"])
        self._asked = candidates(self._problem.initial)
        return {"made": sorted(sys.modules)}

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        n = order["n"]
        self._problem.evaluations_left = order["left"]
        asked = list(islice(self._method.ask(n), n + 1))
        self._asked = asked
        for each in asked:
            if not isinstance(each, Candidate):
                return {"asked": {"other": repr(each)[:200]}}
        if len(asked) > n:
            return {"asked": {"many": len(asked)}}
        try:
            rows = self._problem.space.check([each.architecture for each in asked])
        except (SpaceError, ValueError, TypeError) as error:
            return {"asked": {"illegal": str(error)[:_LONGEST_TEXT]}}
        answer: dict[str, Any] = {"architectures": rows.tolist()}
        if any(each.parent is not None or each.operators for each in asked):
            answer["parents"] = [_jsonable(each.parent) for each in asked]
            answer["operators"] = [_jsonable(each.operators) for each in asked]
        return {"asked": answer}

    def _tell(self, order: dict[str, Any]) -> dict[str, Any]:
        left = self._problem.evaluations_left = order["left"]
        self._method.tell(evaluations_from(order["evaluations"], self._asked))
        return {"told": sorted(sys.modules) if left == 0 else []}

    def _question(self, question: dict[str, Any]) -> Any:
        _send(self._channel, question)
        answer = receive(self._channel)
        if "refused" in answer:
            raise MethodError(answer["refused"])
        return answer["answer"]

    # -- estimators

    def _open(self, order: dict[str, Any]) -> dict[str, Any]:
        self._estimator: type[Estimator] = find(order["spec"], Estimator).entrant
        self._settings = order["settings"]
        if order["networks"]:
            from bench.tasks.ranking.networks import parts_of

            self._parts = parts_of(self._estimator, self._settings)
        return {"opened": issubclass(self._estimator, CombinedEstimator)}

    def _measure(self, order: dict[str, Any]) -> dict[str, Any]:
        from bench.tasks.ranking.networks import measure_architectures
        from bench.tasks.ranking.spec import NetworksSource

        source = NetworksSource.model_validate(order["source"])
        rows = np.asarray(order["architectures"], dtype=np.int8)
        scores, seconds = measure_architectures(self._parts, order["space"], rows, source)
        return {"measured": {"scores": [*map(_nullable, scores)], "seconds": seconds.tolist()}}

    def _score(self, what: str, arrays: Sequence[NDArray[Any]]) -> dict[str, Any]:
        if what == "combine":
            from bench.tasks.ranking.networks import combined

            return {"scored": _nullable(combined(self._estimator, self._settings, arrays[0]))}
        from bench.tasks.curves import run_curve_estimator

        curves = TrainingCurves(*arrays)
        return {"scored": _nullable(run_curve_estimator(self._estimator, self._settings, curves))}


def _describe(order: dict[str, Any]) -> dict[str, Any]:
    try:
        card = card_of(find(order["spec"], BASES[order["kind"]]), own=False)
    except (CallError, MethodError) as error:
        return {"described": {"error": type(error).__name__, "message": str(error)}}
    return {"described": as_json(card)}


def _nullable(scores: Floats) -> list[float | None]:
    return [float(score) if np.isfinite(score) else None for score in scores]


def _jsonable(value: Any) -> Any:
    """Return a candidate's lineage as JSON has it, or its text where it is something else."""
    if value is None or type(value) is int:
        return value
    if isinstance(value, tuple) and all(type(each) is str for each in value):
        return list(value)
    return repr(value)[:200]


def _described(error: BaseException) -> dict[str, str]:
    """Return what was raised, and where, in the entrant's own words but not without bounds."""
    try:
        said = str(error)
    except BaseException as another:
        said = f"(its text cannot be had: {type(another).__name__})"
    told_already = isinstance(error, MethodError)  # in the suite's own words
    return {
        "type": "" if told_already else type(error).__name__,
        "message": said[:_LONGEST_TEXT],
        "traceback": "".join(_trace(error))[-_LONGEST_TEXT:],
    }


def _trace(error: BaseException) -> Iterator[str]:
    """Give the frames of an entrant's own code, without those of the suite before it."""
    yield from traceback.format_list(
        [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    )


def _send(channel: socket.socket, message: dict[str, Any]) -> None:
    try:
        send(channel, message)
    except Closed:
        sys.exit(0)
