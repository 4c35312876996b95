"""The page of a search protocol: its sections, sentences and tables of strings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bench.protocol import SearchProtocol
from bench.results.search import SearchResults
from reports.provenance import MethodCode, Provenance
from reports.rendering import display
from reports.rendering.pages import Page, PageTable, Section
from reports.search.comparison import RANDOM, further_columns
from reports.search.leaderboard import ALPHA, BoardRow, Leaderboard
from reports.search.search_page_head import head_rows
from reports.search.selected import Selected
from reports.search.targets import TargetsReached

__all__ = ["SearchFindings", "compared", "make_search_page", "selected_verdict", "verdict"]

_LONGEST_REASON = 400


@dataclass(frozen=True)
class SearchFindings:
    """All numbers of one protocol's page.

    Attributes
    ----------
    results : SearchResults
    leaderboard : Leaderboard
    selected : tuple of Selected
        Empty if the protocol does not name the indicator `selected`.
    targets : TargetsReached
    provenance : Provenance
    """

    results: SearchResults
    leaderboard: Leaderboard
    selected: tuple[Selected, ...]
    targets: TargetsReached
    provenance: Provenance


def make_search_page(findings: SearchFindings) -> Page:
    """Return the page of one protocol."""
    protocol = findings.results.protocol
    repetitions = compared(findings.leaderboard, protocol)
    sections = [
        _leaderboard(findings.leaderboard, protocol),
        _selected(findings.selected, protocol),
        _unfinished(findings.results, findings.leaderboard),
        _figures(findings.leaderboard),
        _targets(findings.targets, findings.leaderboard.compared),
        _speedup(findings.targets, findings.leaderboard.compared),
        _provenance(findings.provenance),
    ]
    return Page(
        title=protocol.rules.title,
        description=" ".join(protocol.rules.description.split()),
        label=protocol.label,
        tables=(
            PageTable(("", ""), head_rows(findings.results, repetitions), words=2),
            _objectives(protocol),
        ),
        sections=tuple(section for section in sections if section is not None),
    )


def compared(board: Leaderboard, protocol: SearchProtocol) -> str:
    """Return how many of the protocol's repetitions are compared: 19 of 20.

    Parameters
    ----------
    board : Leaderboard
    protocol : SearchProtocol
        The protocol of the leaderboard.
    """
    return display.count_of(len(board.repetitions), protocol.rules.repetitions)


def verdict(board: Leaderboard, *, briefly: bool = False) -> str:
    """Return the sentences that say which methods are not better than random search.

    Parameters
    ----------
    board : Leaderboard
    briefly : bool
        Whether to give names alone, without differences and p-values.
    """
    worse, better = board.not_better_than_random, board.better_than_random
    if not board.repetitions:
        return (
            "No repetition was finished by every method, so nothing is compared: finish the "
            "missing runs, or exclude the method that has too few."
        )
    if not worse and not better:
        if board.compared == (RANDOM,):
            return "Only random search was run, so there is nothing to compare it with."
        return "There is no finished run of random search, so no method is compared with it."
    if not worse:
        return f"Every method beats random search at the full budget (p < {ALPHA:g})."
    named = ", ".join(row.method if briefly else _against(row) for row in worse)
    sentence = f"Not better than random search at the full budget: {named}."
    if board.least_p >= ALPHA and not briefly:
        repetitions = display.counted(len(board.repetitions), "compared repetition")
        sentence += (
            f" With {repetitions} no method could be: the test cannot give p < {ALPHA:g} for all "
            f"of them."
        )
    return sentence


def _against(row: BoardRow) -> str:
    assert row.measured is not None
    against = row.measured.against_random
    assert against is not None
    difference = display.signed(against.median_difference)
    worse = ", significantly worse" if against.is_worse else ""
    p = display.p_value(against.p)
    p = p if p.startswith("<") else f"= {p}"
    return f"{row.method} (median difference {difference}, p {p}{worse})"


def _objectives(protocol: SearchProtocol) -> PageTable:
    rows = tuple(
        (
            f"{each.title} [{each.unit}]",
            each.source("search"),
            each.source("score"),
            "yes, free of charge" if each.cheap else "no",
        )
        for each in protocol.rules.task.objectives
    )
    header = ("Objective, minimised", "Search objective", "Test objective", "Known before training")
    return PageTable(header, rows, words=4)


# How the columns of `further_columns` are written, and what is said of them.
_WRITTEN = {
    "igd_plus": display.ratio,
    "log10_regret": display.logarithm,
    "log10_hypervolume_difference": display.logarithm,
}
_OF_WHAT = {
    "igd_plus": "",
    "log10_regret": " (of 1 less the ratio)",
    "log10_hypervolume_difference": " (of the front's less that reached)",
}


def _leaderboard(board: Leaderboard, protocol: SearchProtocol) -> Section:
    further = further_columns(protocol)
    header = (
        "Method",
        "Groups",
        "Hypervolume ratio",
        "95 % interval",
        "Average rank",
        *further.values(),
        "Better than random in",
        "p against random",
        "Runs done",
        "Failed",
        "Checked",
    )
    planned = protocol.rules.repetitions
    rows = tuple(_board_cells(row, planned, further) for row in board.rows)
    medians = [f"{title}{_OF_WHAT[column]}" for column, title in further.items()]
    *first, last = ["Hypervolume ratio", *medians]
    named = f"{', '.join(first)} and {last} are medians" if first else f"{last} is a median"
    paragraphs = [
        f"{compared(board, protocol)} repetitions are compared: those that every method has "
        f"finished.",
        f"{named} over the "
        "repetitions at the full budget; the interval is a bootstrap interval of the median. "
        f"Methods that share a letter are not significantly different (all pairs, paired Wilcoxon "
        f"tests, Holm's correction, {ALPHA:g}). The p-value against random search is two-sided, "
        "paired, with Holm's correction over the methods.",
    ]
    if board.incomplete:
        paragraphs.insert(1, f"Finished fewer than others: {', '.join(board.incomplete)}.")
    return Section(
        anchor="leaderboard",
        title="Leaderboard",
        notices=(verdict(board),),
        paragraphs=tuple(paragraphs),
        tables=(PageTable(header, rows, words=2),),
    )


def _board_cells(row: BoardRow, planned: int, further: Collection[str]) -> tuple[str, ...]:
    runs = (display.count_of(row.done, planned), str(row.failed), row.tier or display.DASH)
    measured = row.measured
    if measured is None:
        return row.method, *(display.DASH,) * (6 + len(further)), *runs
    against = measured.against_random
    return (
        row.method,
        measured.letters,
        display.ratio(measured.hypervolume_ratio),
        display.interval(measured.low, measured.high),
        display.rank(measured.average_rank),
        *(_WRITTEN[column](measured.further[column]) for column in further),
        display.share(against.share_better) if against else display.DASH,
        display.p_value(against.p) if against else display.DASH,
        *runs,
    )


def _selected(selected: tuple[Selected, ...], protocol: SearchProtocol) -> Section | None:
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
            "table has the median of its test objective over the compared repetitions, with a "
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


def _unfinished(results: SearchResults, board: Leaderboard) -> Section | None:
    if not results.unfinished and not board.not_run:
        return None
    ordered = sorted(results.unfinished, key=lambda each: (each.label, each.repetition or 0))
    rows = tuple(
        (
            each.label,
            each.status,
            display.shorten(each.error, _LONGEST_REASON) or display.DASH,
            str(each.repetition),
        )
        for each in ordered
    )
    paragraphs = []
    if rows:
        paragraphs.append(
            f"{display.counted(len(rows), 'run')} without a result; their repetitions are excluded "
            f"from the comparison for every method."
        )
    if board.not_run:
        paragraphs.append(f"In the protocol's roster but not run: {', '.join(board.not_run)}.")
    table = PageTable(("Method", "Status", "Reason", "Repetition"), rows, words=3)
    return Section(
        anchor="unfinished",
        title="Runs without a result",
        paragraphs=tuple(paragraphs),
        tables=(table,) if rows else (),
    )


def _figures(board: Leaderboard) -> Section | None:
    if not board.repetitions:
        return None
    return Section(anchor="figures", title="Figures", has_figures=True)


def _targets(targets: TargetsReached, order: tuple[str, ...]) -> Section | None:
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
            "first reached each target, and the number of compared repetitions that reached it. "
            "There is no median where half of the repetitions or more never reached the target.",
        ),
        tables=(PageTable(("Method", *_target_names(targets)), rows),),
    )


def _speedup(targets: TargetsReached, order: tuple[str, ...]) -> Section | None:
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


def _provenance(provenance: Provenance) -> Section:
    code = PageTable(
        ("Method", "Version", "Source sha256", "Settings", "Runs"),
        tuple(
            (
                each.method,
                each.version,
                display.digest(each.source_sha256),
                _settings(each),
                str(each.runs),
            )
            for each in provenance.methods
        ),
        words=4,
    )
    kinds = (
        ("Packages", provenance.packages),
        ("Commit of the suite", provenance.commits),
        ("Processor", provenance.processors),
    )
    rows = tuple((kind, text, str(runs)) for kind, counted in kinds for text, runs in counted)
    notices: tuple[str, ...] = ()
    methods = [each.method for each in provenance.methods]
    mixed = sorted({method for method in methods if methods.count(method) > 1})
    if mixed:
        notices = (f"Runs of different code or settings are mixed: {', '.join(mixed)}.",)
    return Section(
        anchor="provenance",
        title="Provenance",
        notices=notices,
        paragraphs=(
            "From the headers of the finished runs' journals. Search objectives, test objectives "
            "and indicators were recomputed from the table; wall-clock seconds stay in the "
            "journals. Numbers of cheap objectives and costs of estimates are as recorded, except "
            "those of runs that were replayed bitwise.",
        ),
        tables=(code, PageTable(("Environment", "", "Runs"), rows, words=2)),
    )


def _settings(code: MethodCode) -> str:
    if not code.settings:
        return "none"
    return ", ".join(
        f"{name} = {value}" + (" (set by the protocol)" * (name in code.from_protocol))
        for name, value in code.settings.items()
    )
