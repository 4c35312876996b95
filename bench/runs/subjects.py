"""What a journal says of an entrant: its settings and its code, as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.entrants.estimator import Estimator
from bench.entrants.method import FoundMethod
from bench.entrants.registry import Found
from bench.runs.lines import EstimatorSubject, MethodSubject
from bench.tasks.ranking.networks import DEVICE
from bench.tasks.ranking.spec import Entry

__all__ = ["estimator_subject", "method_subject"]


def method_subject(
    found: FoundMethod, settings: Mapping[str, Any], repetition: int
) -> MethodSubject:
    """Return the subject of a method's run.

    Parameters
    ----------
    found : FoundMethod
        Its name is the run's label.
    settings : mapping
        Those that replace defaults.
    repetition : int
        From 0.
    """
    return MethodSubject(
        name=found.name,
        variant_of=found.method.name if found.method.name != found.name else None,
        version=found.method.version,
        settings=found.method.effective_settings(settings),
        source_sha256=found.source_sha256(),
        repetition=repetition,
    )


def estimator_subject(
    entry: Entry, found: Found[Estimator] | None, *, measured: bool
) -> EstimatorSubject:
    """Return the subject of an entry of a ranking.

    Parameters
    ----------
    entry : Entry
    found : Found, optional
        Its estimator; None for a stored column.
    measured : bool
        Whether its scores are measured on networks.
    """
    return EstimatorSubject(
        name=entry.label,
        source=entry.source,
        column=entry.column,
        sign=entry.sign,
        version=found.entrant.version if found else None,
        settings=found.entrant.effective_settings(entry.settings) if found else {},
        epochs=entry.epochs,
        source_sha256=found.source_sha256() if found else None,
        device=DEVICE if measured else None,
    )
