"""The card of a class, whoever wrote it.

The suite's own classes are read in this process. What a user names, or another package registers,
is imported in a player, so that nothing it does at import reaches the suite.
"""

from __future__ import annotations

from bench.entrants.registry import find, is_own
from bench.errors import CallError, MethodError
from bench.limits import Limits
from bench.players.cards import BASES, Card, EntrantKind, card_of
from bench.players.host import OutOfTime, Player

__all__ = ["describe"]

_LIMITS = Limits(seconds=120.0)
_ERRORS = {"CallError": CallError, "MethodError": MethodError}


def describe(spec: str, kind: EntrantKind) -> Card:
    """Return the card of the class that `spec` names.

    Parameters
    ----------
    spec : str
        A registered name, or `path/to/file.py:ClassName`.
    kind : {"method", "estimator"}
        What the class has to be.

    Raises
    ------
    CallError
        If there is none, it cannot be imported, or what is there is something else.
    MethodError
        If JSON cannot hold one of its defaults.
    """
    base = BASES[kind]
    if is_own(spec, base):
        return card_of(find(spec, base), own=True)
    doing = f"{spec} cannot be imported"
    with Player(_LIMITS) as player:
        try:
            told = player.order("describe", doing=doing, kind=kind, spec=spec)
        except OutOfTime:
            raise CallError(f"{doing}: it took over {_LIMITS.seconds:.0f} s") from None
        except MethodError as error:
            raise CallError(f"{error}{_last_line(player.output)}") from None
    if "error" in told:
        raise _ERRORS[told["error"]](told["message"])
    return Card(**told | {"spaces": tuple(told["spaces"])})


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return f"; it printed {lines[-1][:200]!r}" if lines else ""
