"""Checks of settings that several methods and estimators share."""

from __future__ import annotations

from collections.abc import Sequence

from bench.errors import MethodError
from bench.estimator import Estimator
from bench.method import Method

__all__ = ["require_at_least", "require_one_of"]


def require_one_of(entrant: Method | Estimator, setting: str, allowed: Sequence[str]) -> None:
    """Raise an error unless a setting has one of the allowed values.

    Parameters
    ----------
    entrant : Method or Estimator
    setting : str
        Name of the setting.
    allowed : sequence of str

    Raises
    ------
    MethodError
        The message names the entrant, the setting, its value and the allowed ones.
    """
    value = getattr(entrant.settings, setting)
    if value not in allowed:
        raise MethodError(
            f"{entrant.kind} {entrant.name!r}: {setting} is {value!r}; expected one of "
            f"{', '.join(map(repr, allowed))}"
        )


def require_at_least(entrant: Method | Estimator, setting: str, least: float) -> None:
    """Raise an error unless a setting is a number no smaller than `least`.

    Parameters
    ----------
    entrant : Method or Estimator
    setting : str
        Name of the setting.
    least : float

    Raises
    ------
    MethodError
        The message names the entrant, the setting, its value and the least one.
    """
    value = getattr(entrant.settings, setting)
    if value < least:
        raise MethodError(
            f"{entrant.kind} {entrant.name!r}: {setting} is {value}; expected at least {least}"
        )
