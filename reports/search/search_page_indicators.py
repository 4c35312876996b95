"""Sections of a search protocol's page with further indicators: selections, targets, efficiency."""

from __future__ import annotations

from bench.protocol import SearchProtocol
from reports.rendering import display
from reports.rendering.pages import PageTable, Section
from reports.search.comparison import RANDOM
from reports.search.leaderboard import ALPHA
from reports.search.selected import Selected
from reports.search.targets import TargetsReached

__all__ = ["efficiency_section", "selected_section", "selected_verdict", "targets_section"]


def selected_section(selected: tuple[Selected, ...], protocol: SearchProtocol) -> Section | None:
    """Return the section on selected architectures; None if the protocol is not judged by them."""
    if not selected:
        return None
    objective = protocol.rules.task.objectives[0]
    judged = any(each.against_random for each in selected)
    header = (
        "Method",
        f"{objective.title} of the selected [{objective.unit}]",
        "95 % interval",
        "Simulated seconds",
        "Better than random in",
        "p against random",
    )
    return Section(
        anchor="selected",
        title="Selected architectures",
        notices=(selected_verdict(selected),) if judged else (),
        paragraphs=(
            "Each run selects the architecture that is best in the first search objective. The "
            "table has the median of its test objective over the method's repetitions, with a "
            "bootstrap interval, and the median of the simulated seconds that a run spent on "
            "evaluations and estimates. The p-value is two-sided, paired, with Holm's correction.",
        ),
        tables=(PageTable(header, tuple(_selected_cells(each) for each in selected)),),
    )


def _selected_cells(each: Selected) -> tuple[str, ...]:
    against = each.against_random
    return (
        each.method,
        display.objective(each.objective),
        f"[{display.objective(each.low)}, {display.objective(each.high)}]",
        display.seconds(each.seconds),
        display.share(against.share_better) if against else display.DASH,
        display.p_value(against.p) if against else display.DASH,
    )


def selected_verdict(selected: tuple[Selected, ...]) -> str:
    """Return the sentence that says which methods select better than random search."""
    judged = [(each.method, each.against_random) for each in selected if each.against_random]
    better = [method for method, against in judged if against.is_better]
    worse = [method for method, against in judged if against.is_worse]
    open_ = [m for m, _ in judged if m not in better and m not in worse]
    return " ".join(
        f"{what}: {', '.join(names)}."
        for what, names in (
            (f"Selects better than random search (p < {ALPHA:g})", better),
            ("Not significantly different", open_),
            ("Worse", worse),
        )
        if names
    )


def targets_section(targets: TargetsReached, order: tuple[str, ...]) -> Section | None:
    """Return the section on evaluations to targets; None without targets.

    Parameters
    ----------
    targets : TargetsReached
    order : tuple of str
        Methods from top to bottom.
    """
    if not targets.methods:
        return None
    rows = tuple(
        (
            method,
            *(display.evaluations(r.median, r.times, r.of) for r in targets.methods[method]),
        )
        for method in order
    )
    return Section(
        anchor="targets",
        title="Evaluations to targets",
        paragraphs=(
            "Median number of evaluations, initial designs included, until the hypervolume ratio "
            "first reached each target, and the number of repetitions that reached it. "
            "There is no median where half of the repetitions or more never reached the target.",
        ),
        tables=(PageTable(("Method", *_target_names(targets)), rows),),
    )


def efficiency_section(targets: TargetsReached, order: tuple[str, ...]) -> Section | None:
    """Return the section on speedups over random search; None if there are none.

    Parameters
    ----------
    targets : TargetsReached
    order : tuple of str
        Methods from top to bottom.
    """
    if not targets.has_random:
        return None
    rows = tuple(
        (method, *(display.times(r.speedup) for r in targets.methods[method]))
        for method in order
        if method != RANDOM
    )
    return Section(
        anchor="efficiency",
        title="Sample efficiency against random search",
        paragraphs=(
            "Median number of evaluations that random search needs, divided by the number that the "
            "method needs: above 1 the method is faster. A dash means that one of the two has no "
            "median; a target that the initial designs already reach does not distinguish methods.",
        ),
        tables=(PageTable(("Method", *_target_names(targets)), rows),),
    )


def _target_names(targets: TargetsReached) -> list[str]:
    return [f"{target:g}" for target in targets.targets]
