"""The first table of a protocol's page: what is searched, how it is measured, where from."""

from __future__ import annotations

from bench.data.catalogue import catalogue_entry
from bench.protocol import SearchProtocol
from bench.protocol.search import Budget
from bench.results.search import SearchResults
from bench.tasks import FunctionTaskSpec, PinnedTable, pinned_tables
from reports.rendering import display
from reports.search.comparison import front_name

__all__ = ["head_rows"]

_SCALES = {
    "exact front": "scaled to ideal 0 and nadir 1",
    "known front": "scaled to 0 at the front's ideal and 1 at what 90 % of random ones stay below",
    "z-score": "as z-scores over all architectures",
    "known maximum": "in their own units",
}
_ATTAINABLE = (
    "the ratio of a search that found everything non-dominated in what it may see. It chooses by a "
    "noisier measurement than the one it is scored by; what is missing to 1 is the price of that, "
    "and luck alone leads beyond it"
)


def head_rows(results: SearchResults, compared: str) -> tuple[tuple[str, str], ...]:
    """Return what is said of a protocol, and its name.

    Parameters
    ----------
    compared : str
        How many repetitions are compared, of how many.
    """
    protocol, rules = results.protocol, results.protocol.rules
    budget, attainable = rules.budget, display.ratio(rules.normalisation.attainable)
    reference = ", ".join(f"{value:g}" for value in rules.normalisation.reference_point)
    return (
        ("Protocol", f"{protocol.label}, {rules.tier}"),
        ("Searched", _searched(results)),
        (
            "Budget",
            f"{budget.evaluations} evaluations, at most {budget.batch} at once; {_initial(budget)}",
        ),
        ("Repetitions", f"{compared} compared: those that every method has finished"),
        (
            "Hypervolume",
            f"of the held-back scores of what is non-dominated in what the search saw, as a share "
            f"of {_whole(protocol)}; objectives {_SCALES[rules.normalisation.scheme]}, "
            f"reference point ({reference}); the {front_name(protocol)} has {_points(protocol)}",
        ),
        ("Attainable ratio", f"{attainable}: {_attainable(protocol)}"),
        *(("Source of numbers", text) for text in _origins(protocol)),
    )


def _initial(budget: Budget) -> str:
    if budget.initial == 0:
        return "methods share no initial designs"
    return f"the first {budget.initial} are the same initial designs for every method"


def _searched(results: SearchResults) -> str:
    space = results.protocol.rules.task.space
    if results.architectures is None:
        return f"a continuous box, that of {space}"
    return f"{results.architectures:,} architectures of the space {space}"


def _whole(protocol: SearchProtocol) -> str:
    """Return what hypervolumes are shares of."""
    maximum = protocol.rules.normalisation.maximum
    if maximum is None:
        return f"that of the {front_name(protocol)}"
    return f"the maximum that the papers use, {maximum:g}"


def _points(protocol: SearchProtocol) -> str:
    number = protocol.rules.normalisation.front_size
    return f"{number} point" if number == 1 else f"{number} points"


def _attainable(protocol: SearchProtocol) -> str:
    if protocol.rules.normalisation.maximum is None:
        return _ATTAINABLE
    return (
        f"what {_points(protocol)} reach that a long search placed; a run can hand in no more than "
        f"{protocol.rules.budget.evaluations}"
    )


def _origins(protocol: SearchProtocol) -> list[str]:
    task = protocol.rules.task
    if isinstance(task, FunctionTaskSpec):
        return [f"closed form {task.function}: {task.source}"]
    return [_origin(table) for table in pinned_tables(task)]


def _origin(table: PinnedTable) -> str:
    entry = catalogue_entry(table.name)
    return (
        f"{entry.kind} {entry.name}, {entry.title}; brought by: {entry.how_to_get}; content sha256 "
        f"{display.digest(table.content_sha256)}"
    )
