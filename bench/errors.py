"""The errors of the suite that a user can see.

A message says what went wrong, where (file, key, line), what was found, what was expected, and how
to fix it. The command line prints only the message and exits with `exit_status`.
"""

from __future__ import annotations

import shlex

__all__ = [
    "CallError",
    "ClaimError",
    "DataError",
    "DataMissingError",
    "DownloadError",
    "IndicatorError",
    "JournalBusyError",
    "JournalError",
    "MethodError",
    "MixedProtocolsError",
    "MonasError",
    "NoResultsError",
    "ProtocolError",
    "ResultsError",
    "RunInterrupted",
    "SpaceError",
    "TrainingError",
    "UntrustedPickleError",
    "command",
]


def command(*words: object) -> str:
    """Return a command as messages advise it: quoted for the shell, between backquotes.

    Examples
    --------
    >>> command("monas", "run", "my protocols/a.toml")
    "`monas run 'my protocols/a.toml'`"
    """
    return f"`{shlex.join(map(str, words))}`"


class MonasError(Exception):
    """Base class of the suite's errors; `exit_status` is the exit status of the command line."""

    exit_status = 1


class CallError(MonasError):
    """A wrong call: an unknown name, an invalid option, a folder that cannot be written."""

    exit_status = 2


class ClaimError(MonasError):
    """A record of a paper's claims that cannot be read or is not valid."""

    exit_status = 2


class SpaceError(MonasError):
    """An architecture that is not in its space, or a string that does not name one."""


class DataError(MonasError):
    """A damaged table: wrong checksum, wrong rows, or wrong columns."""


class DataMissingError(DataError):
    """A table that is not on this machine; the message names the command that installs it."""


class DownloadError(DataError):
    """An incomplete or failed download; the message names the address and an alternative."""


class UntrustedPickleError(DataError):
    """A pickle that needs more than arrays and containers; none of its code was run."""


class IndicatorError(MonasError):
    """Invalid arguments of an indicator: a wrong shape, or a value that is not finite."""


class ProtocolError(MonasError):
    """A protocol file that cannot be read, is not valid, or was changed after its release."""

    exit_status = 2


class MixedProtocolsError(MonasError):
    """Results of different protocol ids in one folder; they are never compared."""


class MethodError(MonasError):
    """A method that violated the ask-and-tell interface; its run has the status `failed`."""


class JournalError(MonasError):
    """A journal that does not record its run: changed, missing or duplicate lines."""


class JournalBusyError(JournalError):
    """A journal that another process is writing now."""


class ResultsError(MonasError):
    """Results that are missing, unfinished, or different from the task's current answers."""


class NoResultsError(ResultsError):
    """Results that are missing or contain no finished run."""


class TrainingError(MonasError):
    """A training or a table build that cannot continue."""


class RunInterrupted(MonasError):  # noqa: N818 - the user's decision, not an error
    """The user stopped the run; its journal is intact and the run can be resumed."""

    exit_status = 130
