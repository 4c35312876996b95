"""Every error a user can meet.

A message says what went wrong, where (file, key, line), what was found, what was expected and
what mends it. The command line prints the message alone and exits with `exit_status`.
"""

from __future__ import annotations

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
]


class MonasError(Exception):
    """Base of every error of the suite; `exit_status` is what the command line ends with."""

    exit_status = 1


class CallError(MonasError):
    """The call itself is wrong: an unknown name, a bad option, a folder that cannot be written."""

    exit_status = 2


class ClaimError(MonasError):
    """A record of a paper's claims that cannot be read or breaks a rule."""

    exit_status = 2


class SpaceError(MonasError):
    """An architecture that its space does not contain, or a string that does not name one."""


class DataError(MonasError):
    """A table that is damaged: wrong checksum, wrong rows, wrong columns."""


class DataMissingError(DataError):
    """A table that is not on this machine; the message names the command that brings it."""


class DownloadError(DataError):
    """A file that could not be downloaded whole; the message names its address and another way."""


class UntrustedPickleError(DataError):
    """A pickle that asks for more than arrays and containers; nothing of it was run."""


class IndicatorError(MonasError):
    """Arrays an indicator cannot be computed from: a wrong shape, a value that is not finite."""


class ProtocolError(MonasError):
    """A protocol file that cannot be read, breaks a rule, or changed after its release."""

    exit_status = 2


class MixedProtocolsError(MonasError):
    """Results of different protocol ids in one place; they are never compared."""


class MethodError(MonasError):
    """A method that broke the contract of ask and tell; its run ends as `failed`."""


class JournalError(MonasError):
    """A journal that does not say what its run did: changed, missing or doubled lines."""


class JournalBusyError(JournalError):
    """A journal that another process is writing at this moment."""


class ResultsError(MonasError):
    """Results that are absent, unfinished, or differ from what the task answers now."""


class NoResultsError(ResultsError):
    """Results that are absent, or of which nothing is finished."""


class TrainingError(MonasError):
    """A training or a table build that cannot go on."""


class RunInterrupted(MonasError):  # noqa: N818 - a decision of the user, no error
    """The user stopped the run; its journal is whole and can be resumed."""

    exit_status = 130
