"""The player: a process that owns an entrant's code, and knows no more of a task than its problem.

It answers the judge's orders one by one. Whatever the entrant raises ends it, with the reason and
where it was raised; nothing that it does reaches the judge but messages.
"""

from __future__ import annotations

import socket
import sys
import traceback
from typing import Any

import numpy as np

from bench.entrants.method import Method, find_method
from bench.entrants.problem import Candidate, candidates
from bench.errors import MonasError
from bench.players.problems import evaluations_from, problem_from
from bench.players.wire import Closed, receive, send

__all__ = ["serve"]

_LONGEST_TEXT = 20_000


def serve(channel: socket.socket) -> None:
    """Carry out the judge's orders until it closes the channel."""
    player = _Player(channel)
    while True:
        try:
            order = receive(channel)
        except Closed:
            return
        try:
            answer = player.carry_out(order)
        except BaseException as error:  # noqa: BLE001 - all that an entrant can raise
            _send(channel, {"raised": _described(error)})
            return
        _send(channel, answer)


class _Player:
    """One entrant, made at the first order."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._method: Method
        self._asked: list[Candidate] = []

    def carry_out(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to an order, whose one key says what to do."""
        ((what, details),) = order.items()
        return {"make": self._make, "ask": self._ask, "tell": self._tell}[what](details)

    def _make(self, details: dict[str, Any]) -> dict[str, Any]:
        found = find_method(details["spec"]).method
        self._problem = problem_from(details["problem"], self._question)
        self._method = found(self._problem, **details["settings"])
        self._asked = candidates(self._problem.initial)
        return {"made": _libraries()}

    def _ask(self, details: dict[str, Any]) -> dict[str, Any]:
        self._problem.evaluations_left = details["left"]
        asked = list(self._method.ask(details["n"]))
        self._asked = asked
        return {"asked": [_candidate_message(each) for each in asked]}

    def _tell(self, details: dict[str, Any]) -> dict[str, Any]:
        self._problem.evaluations_left = details["left"]
        self._method.tell(evaluations_from(details["evaluations"], self._asked))
        return {"told": _libraries()}

    def _question(self, question: dict[str, Any]) -> Any:
        _send(self._channel, question)
        answer = receive(self._channel)
        if "refused" in answer:
            raise MonasError(answer["refused"])
        return answer["answer"]


def _candidate_message(candidate: Any) -> dict[str, Any]:
    if not isinstance(candidate, Candidate):
        return {"not a candidate": repr(candidate)[:200]}
    message: dict[str, Any] = {"architecture": np.asarray(candidate.architecture).tolist()}
    if candidate.parent is not None or candidate.operators:
        message |= {"parent": candidate.parent, "operators": candidate.operators}
    return message


def _libraries() -> list[str]:
    """Return the modules that were imported by now, for players that come after."""
    return sorted(sys.modules)


def _described(error: BaseException) -> dict[str, str]:
    """Return what was raised, and where, in an entrant's own words but not without bounds."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    try:
        said = str(error)
    except BaseException as another:  # noqa: BLE001 - an exception's own code
        said = f"(its text cannot be had: {type(another).__name__})"
    return {
        "type": type(error).__name__,
        "message": said[:_LONGEST_TEXT],
        "where": where,
        "traceback": "".join(traceback.format_exception(error))[-_LONGEST_TEXT:],
    }


def _send(channel: socket.socket, message: dict[str, Any]) -> None:
    try:
        send(channel, message)
    except Closed:
        sys.exit(0)
