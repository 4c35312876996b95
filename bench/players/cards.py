"""Cards: what the suite must know of an entrant's class before any of its runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any, Literal

from bench.entrants.estimator import Estimator
from bench.entrants.method import Method
from bench.entrants.registry import Found
from bench.errors import CallError, MethodError, command
from bench.schema import check_values, plain_text

__all__ = ["BASES", "Card", "EntrantKind", "as_json", "card_of", "json_value"]

EntrantKind = Literal["method", "estimator"]
BASES: dict[EntrantKind, type[Any]] = {"method": Method, "estimator": Estimator}


@dataclass(frozen=True)
class Card:
    """An entrant's class, as far as the suite looks at it.

    Attributes
    ----------
    kind : {"method", "estimator"}
    name, spec : str
        See `bench.entrants.registry.Found`.
    version : str
        Version that the class states.
    defaults : dict
        Default of each setting, as JSON has it.
    spaces : tuple of str
        Kinds of space that a method can search.
    needs : str
        What an estimator looks at.
    requires : dict of str to str
        Module to what pip installs to get it.
    source_sha256 : str
        Digest of its code.
    own : bool
        Whether the class is the suite's own.
    """

    kind: EntrantKind
    name: str
    spec: str
    version: str
    defaults: dict[str, Any]
    spaces: tuple[str, ...]
    needs: str
    requires: dict[str, str]
    source_sha256: str
    own: bool

    def settings(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return all settings, as JSON has them: defaults with `given` in their place.

        Raises
        ------
        MethodError
            If there is no such setting, or JSON cannot hold its value.
        """
        unknown = sorted(set(given) - set(self.defaults))
        if unknown:
            raise MethodError(
                f"{self.kind} {self.name!r} has no setting {unknown[0]!r}: expected one of "
                f"{', '.join(self.defaults) or '(none)'}"
            )
        what = f"{self.kind} {self.name!r}"
        return self.defaults | {key: json_value(what, key, v) for key, v in given.items()}

    def require_installed(self) -> None:
        """Raise a CallError unless every package that it requires is installed."""
        for module, package in self.requires.items():
            if find_spec(module) is None:
                raise CallError(
                    f"{self.kind} {self.name!r} needs {module}, which is not installed; it comes "
                    f"with {command('pip', 'install', package)}"
                )

    def require_space(self, kind: str, of: str) -> None:
        """Raise a CallError unless a method can search spaces of a kind.

        Parameters
        ----------
        kind : str
        of : str
            Whose space it is, for the message.
        """
        if kind not in self.spaces:
            raise CallError(
                f"method {self.name!r} searches {' and '.join(self.spaces)} spaces, and that of "
                f"{of} is a {kind}; choose another method, or add {kind!r} to the method's "
                f"`spaces` if it can"
            )


def card_of(found: Found[Any], *, own: bool) -> Card:
    """Return the card of a class that is imported."""
    entrant = found.entrant
    what = f"{entrant.kind} {entrant.name!r}"
    try:
        effective = entrant.effective_settings({})
        return Card(
            kind=entrant.kind,
            name=found.name,
            spec=found.spec,
            version=plain_text(str(entrant.version)),
            defaults={key: json_value(what, key, value) for key, value in effective.items()},
            spaces=tuple(getattr(entrant, "spaces", ())),
            needs=str(getattr(entrant, "needs", "")),
            requires=dict(entrant.requires),
            source_sha256=found.source_sha256(),
            own=own,
        )
    except (CallError, MethodError):
        raise
    except (Exception, SystemExit) as error:
        raise CallError(
            f"{found.spec}: its settings cannot be read: {type(error).__name__}: {error}"
        ) from error


def as_json(card: Card) -> dict[str, Any]:
    """Return a card as JSON has it."""
    return asdict(card)


def json_value(what: str, setting: str, value: Any) -> Any:
    """Return a setting's value as JSON gives it back: tuples are lists, and so on.

    Raises
    ------
    MethodError
        If JSON cannot hold it; the message names setting and value.
    """
    try:
        kept = json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        raise MethodError(
            f"{what}: setting {setting!r} is {_shown(value)} ({type(value).__name__}); "
            f"expected what JSON can hold: finite numbers, text, true or false, none, and "
            f"lists and dicts with text keys of these"
        ) from None
    check_values(kept, f"{what}: setting {setting!r}", MethodError)
    other = next(_other_keys(value), None)
    if other is not None:
        raise MethodError(
            f"{what}: setting {setting!r} has the key {other}, which is no text; JSON would change "
            f"it"
        )
    return kept


def _shown(value: Any) -> str:
    """Return the beginning of a value's text; its class can raise anything."""
    try:
        return repr(str(value)[:80])
    except Exception:
        return "a value that cannot be shown"


def _other_keys(value: Any) -> Iterator[str]:
    """Yield the keys that are no text, of dicts at any level of a value that JSON can hold."""
    if isinstance(value, dict):
        yield from (_shown(key) for key in value if not isinstance(key, str))
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _other_keys(each)
