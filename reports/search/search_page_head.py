"""The first table of a search protocol's page: space, budget, hypervolume, sources of numbers."""

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
    "known front": "scaled to 0 at the front's ideal and 1 at the 90 % quantile of random ones",
    "z-score": "as z-scores over all architectures",
    "known maximum": "in their own units",
}
_ATTAINABLE = (
    "the ratio of a search that found all architectures that are non-dominated in the search "
    "objectives. These are noisier than the test objectives; the difference to 1 is the price of "
    "that, and only luck leads above it"
)


def head_rows(results: SearchResults, compared: str) -> tuple[tuple[str, str], ...]:
    """Return the rows of the table: a name and its text.

    Parameters
    ----------
    results : SearchResults
    compared : str
        Number of compared repetitions, of how many, as text.
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
        ("Repetitions", f"{compared}; a pair of methods is compared on those that both have"),
        (
            "Hypervolume",
            f"of the test objectives of the final set, the architectures that are non-dominated in "
            f"the search objectives, as a share of {_whole(protocol)}; objectives "
            f"{_SCALES[rules.normalisation.scheme]}, reference point ({reference}); the "
            f"{front_name(protocol)} has {_points(protocol)}",
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
    """Return the name of the hypervolume of which others are shares."""
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
        f"the ratio of {_points(protocol)} from a long search; a run has at most "
        f"{protocol.rules.budget.evaluations} points"
    )


def _origins(protocol: SearchProtocol) -> list[str]:
    task = protocol.rules.task
    if isinstance(task, FunctionTaskSpec):
        return [f"closed form {task.function}: {task.source}"]
    return [_origin(table) for table in pinned_tables(task)]


def _origin(table: PinnedTable) -> str:
    entry = catalogue_entry(table.name)
    return (
        f"{entry.kind} {entry.name}, {entry.title}; installed with: {entry.how_to_get}; content "
        f"sha256 {display.digest(table.content_sha256)}"
    )
