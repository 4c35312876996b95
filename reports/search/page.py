"""A protocol's page as text: sections, sentences and tables of strings, said once.

The Markdown and the HTML template lay out the same page; neither computes or rounds anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.protocol import SearchProtocol
from bench.results.search import SearchResults
from reports.rendering import display
from reports.search.comparison import RANDOM, regret_column
from reports.search.leaderboard import ALPHA, Leaderboard, Standing
from reports.search.page_head import head_rows
from reports.search.provenance import Entrant, Provenance
from reports.search.selected import Selected
from reports.search.targets import Efficiency

__all__ = ["Facts", "Page", "Section", "Table", "compared", "make_page", "verdict"]

_LONGEST_REASON = 400


@dataclass(frozen=True)
class Facts:
    """All that is known of one protocol's results, as numbers."""

    results: SearchResults
    leaderboard: Leaderboard
    selected: tuple[Selected, ...]
    efficiency: Efficiency
    provenance: Provenance


@dataclass(frozen=True)
class Table:
    """Cells as text; the first `words` columns hold words, the others numbers."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1


@dataclass(frozen=True)
class Section:
    """A heading, what must not be overlooked, sentences, tables, and whether figures follow."""

    anchor: str
    title: str
    notices: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    has_figures: bool = False


@dataclass(frozen=True)
class Page:
    """One protocol's page."""

    title: str
    label: str
    description: str
    head: Table
    objectives: Table
    sections: tuple[Section, ...]


def make_page(facts: Facts) -> Page:
    """Return the page of one protocol."""
    protocol = facts.results.protocol
    repetitions = compared(facts.leaderboard, protocol)
    sections = [
        _leaderboard(facts.leaderboard, protocol),
        _selected(facts.selected, protocol),
        _unfinished(facts.results, facts.leaderboard),
        _figures(facts.leaderboard),
        _targets(facts.efficiency, facts.leaderboard.compared),
        _speedup(facts.efficiency, facts.leaderboard.compared),
        _provenance(facts.provenance),
    ]
    return Page(
        title=protocol.rules.title,
        label=protocol.label,
        description=" ".join(protocol.rules.description.split()),
        head=Table(("", ""), head_rows(facts.results, repetitions), words=2),
        objectives=_objectives(protocol),
        sections=tuple(section for section in sections if section is not None),
    )


def compared(board: Leaderboard, protocol: SearchProtocol) -> str:
    """Return how many repetitions are compared, of how many the protocol has."""
    return display.count_of(len(board.repetitions), protocol.rules.repetitions)


def verdict(board: Leaderboard, *, briefly: bool = False) -> str:
    """Return the sentence that says which methods do not beat random search, briefly or with p."""
    worse, better = board.not_better_than_random, board.better_than_random
    if not board.repetitions:
        return (
            "No repetition was finished by every method, so nothing is compared: finish the "
            "missing runs, or leave out the method that has too few."
        )
    if not worse and not better:
        if board.compared == (RANDOM,):
            return "Only random search was run, so there is nothing to compare it with."
        return "There is no finished run of random search, so no method is compared with it."
    if not worse:
        return f"Every method beats random search at the full budget (p < {ALPHA:g})."
    named = ", ".join(s.method if briefly else _against(s) for s in worse)
    sentence = f"Not better than random search at the full budget: {named}."
    if board.least_p >= ALPHA and not briefly:
        sentence += (
            f" With {_count(len(board.repetitions), 'compared repetition')} no method could be: "
            f"the test cannot give p < {ALPHA:g} for all of them."
        )
    return sentence


def _against(standing: Standing) -> str:
    assert standing.measured is not None
    against = standing.measured.against_random
    assert against is not None
    difference = display.signed(against.median_difference)
    worse = ", significantly worse" if against.is_worse else ""
    p = display.p_value(against.p)
    p = p if p.startswith("<") else f"= {p}"
    return f"{standing.method} (median difference {difference}, p {p}{worse})"


def _objectives(protocol: SearchProtocol) -> Table:
    rows = tuple(
        (
            f"{each.title} [{each.unit}]",
            each.source("search"),
            each.source("score"),
            "yes, free of charge" if each.cheap else "no",
        )
        for each in protocol.rules.task.objectives
    )
    header = ("Objective, minimised", "A search sees", "It is scored by", "Known before training")
    return Table(header, rows, words=4)


def _leaderboard(board: Leaderboard, protocol: SearchProtocol) -> Section:
    column, regret = regret_column(protocol)
    of_what = "1 less the ratio" if column == "log10_regret" else "the front's less that reached"
    header = (
        "Method",
        "Groups",
        "Hypervolume ratio",
        "95 % interval",
        "Average rank",
        "IGD+",
        regret,
        "Better than random in",
        "p against random",
        "Runs done",
        "Failed",
    )
    planned = protocol.rules.repetitions
    rows = tuple(_standing(standing, planned) for standing in board.standings)
    paragraphs = [
        f"{compared(board, protocol)} repetitions are compared: those that every method has "
        f"finished.",
        f"Hypervolume ratio, IGD+ and {regret} (of {of_what}) are medians over the "
        "repetitions at the full budget; the interval is a bootstrap interval of the median. "
        f"Methods that share a letter are not significantly different (all pairs, paired Wilcoxon "
        f"tests, Holm's correction, {ALPHA:g}). The p-value against random search is two-sided, "
        "paired, with Holm's correction over the methods.",
    ]
    if board.held_back:
        paragraphs.insert(1, f"Finished fewer than others: {', '.join(board.held_back)}.")
    return Section(
        anchor="leaderboard",
        title="Leaderboard",
        notices=(verdict(board),),
        paragraphs=tuple(paragraphs),
        tables=(Table(header, rows, words=2),),
    )


def _standing(standing: Standing, planned: int) -> tuple[str, ...]:
    runs = (display.count_of(standing.done, planned), str(standing.failed))
    measured = standing.measured
    if measured is None:
        return standing.method, *(display.MISSING,) * 8, *runs
    against = measured.against_random
    return (
        standing.method,
        measured.letters,
        display.ratio(measured.hypervolume_ratio),
        display.interval(measured.low, measured.high),
        display.rank(measured.average_rank),
        display.ratio(measured.igd_plus),
        display.logarithm(measured.log10_regret),
        display.share(against.share_better) if against else display.MISSING,
        display.p_value(against.p) if against else display.MISSING,
        *runs,
    )


def _selected(selected: tuple[Selected, ...], protocol: SearchProtocol) -> Section | None:
    if not selected:
        return None
    objective = protocol.rules.task.objectives[0]
    beside = [each for each in selected if each.against_random]
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
        title="What is selected",
        notices=(selected_verdict(selected),) if beside else (),
        paragraphs=(
            "Each run selects the one architecture that did best in what it saw of the first "
            "objective. The median of its held-back value over the compared repetitions, with a "
            "bootstrap interval, and the median of the simulated seconds that a run spent on "
            "evaluations and estimates. The p-value is two-sided, paired, with Holm's correction.",
        ),
        tables=(Table(header, tuple(_selects(each) for each in selected)),),
    )


def _selects(each: Selected) -> tuple[str, ...]:
    against = each.against_random
    return (
        each.method,
        display.objective(each.objective),
        f"[{display.objective(each.low)}, {display.objective(each.high)}]",
        display.seconds(each.seconds),
        display.share(against.share_better) if against else display.MISSING,
        display.p_value(against.p) if against else display.MISSING,
    )


def selected_verdict(selected: tuple[Selected, ...]) -> str:
    """Return the sentence that says which methods select better than random search."""
    beside = [(each.method, each.against_random) for each in selected if each.against_random]
    better = [method for method, against in beside if against.is_better]
    worse = [method for method, against in beside if against.is_worse]
    open_ = [m for m, _ in beside if m not in better and m not in worse]
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
            display.shorten(each.error, _LONGEST_REASON) or display.MISSING,
            str(each.repetition),
        )
        for each in ordered
    )
    paragraphs = []
    if rows:
        paragraphs.append(
            f"{_count(len(rows), 'run')} without a result; their repetitions are left out of the "
            f"comparison for every method."
        )
    if board.not_run:
        paragraphs.append(f"In the protocol's roster but never run: {', '.join(board.not_run)}.")
    table = Table(("Method", "Status", "Reason", "Repetition"), rows, words=3)
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


def _targets(efficiency: Efficiency, order: tuple[str, ...]) -> Section | None:
    if not efficiency.methods:
        return None
    rows = tuple(
        (
            method,
            *(display.evaluations(r.median, r.times, r.of) for r in efficiency.methods[method]),
        )
        for method in order
    )
    return Section(
        anchor="targets",
        title="Evaluations to targets",
        paragraphs=(
            "Median number of evaluations, initial designs included, until the hypervolume ratio "
            "first reached each target, and in how many of the compared repetitions it did. A "
            "median over repetitions of which half or more never reached it does not exist.",
        ),
        tables=(Table(("Method", *_target_names(efficiency)), rows),),
    )


def _speedup(efficiency: Efficiency, order: tuple[str, ...]) -> Section | None:
    if not efficiency.has_random:
        return None
    rows = tuple(
        (method, *(display.times(r.speedup) for r in efficiency.methods[method]))
        for method in order
        if method != RANDOM
    )
    return Section(
        anchor="efficiency",
        title="Sample efficiency against random search",
        paragraphs=(
            "Median evaluations that random search needs, divided by those that the method needs: "
            "above 1 the method is sooner. A dash stands where one of the two has no median; a "
            "target that the initial designs reach already cannot tell methods apart.",
        ),
        tables=(Table(("Method", *_target_names(efficiency)), rows),),
    )


def _target_names(efficiency: Efficiency) -> list[str]:
    return [f"{target:g}" for target in efficiency.targets]


def _provenance(provenance: Provenance) -> Section:
    entrants = Table(
        ("Method", "Version", "Source sha256", "Settings", "Runs"),
        tuple(
            (
                each.method,
                each.version,
                display.digest(each.source_sha256),
                _settings(each),
                str(each.runs),
            )
            for each in provenance.entrants
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
    methods = [each.method for each in provenance.entrants]
    mixed = sorted({method for method in methods if methods.count(method) > 1})
    if mixed:
        notices = (f"Runs of different code or settings are mixed: {', '.join(mixed)}.",)
    return Section(
        anchor="provenance",
        title="Provenance",
        notices=notices,
        paragraphs=(
            "What the finished runs' journals say of themselves. Objectives, scores and "
            "indicators were recomputed from the table; wall-clock seconds stay in the journals.",
        ),
        tables=(entrants, Table(("Environment", "", "Runs"), rows, words=2)),
    )


def _settings(entrant: Entrant) -> str:
    if not entrant.settings:
        return "none"
    return ", ".join(
        f"{name} = {value}" + (" (set by the protocol)" * (name in entrant.from_protocol))
        for name, value in entrant.settings.items()
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
