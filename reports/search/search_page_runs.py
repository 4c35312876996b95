"""Sections of a search protocol's page on its runs: those that are not done, and provenance."""

from __future__ import annotations

from bench.results.search import SearchResults
from reports.provenance import MethodCode, Provenance
from reports.rendering import display
from reports.rendering.pages import PageTable, Section
from reports.search.leaderboard import Leaderboard

__all__ = ["provenance_section", "runs_section"]

_LONGEST_REASON = 400


def runs_section(results: SearchResults, board: Leaderboard) -> Section | None:
    """Return the section on runs that are not done; None if all are."""
    failed = [run for run in results.runs if run.failed]
    if not results.unfinished and not failed and not board.not_run:
        return None
    cells = [
        (each.label, each.status, each.error, each.repetition or 0, display.DASH)
        for each in results.unfinished
    ]
    cells += [
        (run.method, run.status, run.error, run.repetition, display.ratio(run.hypervolume_ratio))
        for run in failed
    ]
    rows = tuple(
        (label, status, display.shorten(why, _LONGEST_REASON) or display.DASH, str(number), kept)
        for label, status, why, number, kept in sorted(cells, key=lambda c: (c[0], c[3]))
    )
    paragraphs = []
    if failed:
        paragraphs.append(
            f"{display.counted(len(failed), 'run')} failed or timed out and kept the value reached "
            f"until then: it counts as the run's value at the full budget, so that a method gains "
            f"nothing by giving up. The figure of all repetitions shows such values as crosses."
        )
    if results.unfinished:
        paragraphs.append(
            f"{display.counted(len(results.unfinished), 'run')} without a value: stopped, or of a "
            f"method that failed before the first evaluation in every run. Other methods are "
            f"compared on these repetitions as if the method had not been planned there."
        )
    if board.not_run:
        paragraphs.append(f"In the protocol's roster but not run: {', '.join(board.not_run)}.")
    header = ("Method", "Status", "Reason", "Repetition", "Hypervolume ratio kept")
    return Section(
        anchor="unfinished",
        title="Runs that are not done",
        paragraphs=tuple(paragraphs),
        tables=(PageTable(header, rows, words=3),) if rows else (),
    )


def provenance_section(provenance: Provenance) -> Section:
    """Return the section on the code, settings and machines of the runs."""
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
            "From the headers of the journals. Search objectives, test objectives and indicators "
            "were recomputed from the table; wall-clock seconds stay in the journals. Numbers of "
            "cheap objectives and costs of estimates are as recorded, except those of runs that "
            "were replayed bitwise.",
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
