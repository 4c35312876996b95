"""The summary of one protocol's report: the numbers that lists of published results show.

A report is written with its summary as `summary.json`. Numbers have 12 significant digits, as in
the CSV files beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, RootModel

from bench import __version__
from bench.errors import MonasError, ResultsError
from bench.schema import StrictModel, parse_model, read_json
from reports.rendering.saving import save_text

__all__ = [
    "SUMMARY_FILE",
    "BetterThanRandom",
    "MethodRow",
    "RankedEntry",
    "RankedSet",
    "RankingSummary",
    "ResolutionSummary",
    "SearchSummary",
    "SelectedRow",
    "SelectedSummary",
    "read_summary",
    "write_summary",
]

SUMMARY_FILE = "summary.json"


def _rounded(value: float) -> float:
    return float(f"{value:.12g}")


Number = Annotated[float, AfterValidator(_rounded)]


class _ReportSummary(StrictModel):
    """The part of a summary that searches and rankings share.

    Attributes
    ----------
    protocol : str
    version : int
    id : str
        The full id of the protocol.
    suite_version : str
        Version of the suite that computed the numbers.
    roster : tuple of str
        Names of the rosters that are shown; `all` for all of them.
    tables : tuple of str
        Files to publish with the summary, the most important one first.
    figures : dict of str to str
        Figures to publish with the summary: a short title, and the name of a file in `figures/`.
    """

    protocol: str
    version: int
    id: str
    suite_version: str = __version__
    roster: tuple[str, ...] = Field(min_length=1)
    tables: tuple[str, ...] = Field(min_length=1)
    figures: dict[str, str]

    @property
    def short_id(self) -> str:
        """The first 12 digits of the id."""
        return self.id[:12]

    @property
    def label(self) -> str:
        """Name, version and short id of the protocol."""
        return f"{self.protocol} v{self.version} ({self.short_id})"


class BetterThanRandom(StrictModel):
    """How many methods are significantly better than random search, of how many compared."""

    better: int
    compared: int


class MethodRow(StrictModel):
    """A row of the leaderboard.

    Attributes
    ----------
    method : str
    hypervolume_ratio, low, high : float
        Median over repetitions, and its 95 % interval.
    average_rank : float, optional
        1 is best; None if the method shares no repetition with another.
    groups : str
        Methods that share a letter are not significantly different.
    better_than_random : bool, optional
        Whether the method is significantly better than random search; None if not compared.
    repetitions, failed : int, optional
        Repetitions of the method, and those of them that failed and kept what they had reached;
        None in summaries of older versions.
    """

    method: str
    hypervolume_ratio: Number
    low: Number
    high: Number
    average_rank: Number | None
    groups: str
    better_than_random: bool | None
    repetitions: int | None = None
    failed: int | None = None


class ResolutionSummary(StrictModel):
    """How many pairs of methods a leaderboard tells apart.

    Attributes
    ----------
    pairs : int
        All pairs.
    now : int
        Pairs that differ significantly.
    projected : dict of int to float
        By a number of repetitions: the pairs that would differ if the measured differences are the
        true ones.
    """

    pairs: int
    now: int
    projected: dict[int, Number]


class SelectedRow(StrictModel):
    """A row of the table of selected architectures.

    Attributes
    ----------
    method : str
    objective, low, high : float
        Median of the test objective over repetitions, and its 95 % interval.
    seconds : float
        Median of the simulated seconds of a run.
    better_than_random : bool, optional
        Whether the method is significantly better than random search; None if not compared.
    """

    method: str
    objective: Number
    low: Number
    high: Number
    seconds: Number
    better_than_random: bool | None


class SelectedSummary(StrictModel):
    """Selected architectures of all methods, the best first.

    Attributes
    ----------
    objective, unit : str
        Name and unit of the test objective.
    table : str
        File with the full table.
    methods : tuple of SelectedRow
    best : str
        Name of the best method.
    random_search : float, optional
        Median of random search.
    better_than_random : BetterThanRandom
    """

    objective: str
    unit: str
    table: str
    methods: tuple[SelectedRow, ...] = Field(min_length=1)
    best: str
    random_search: Number | None
    better_than_random: BetterThanRandom


class SearchSummary(_ReportSummary):
    """The summary of a search protocol.

    Attributes
    ----------
    repetitions : int
        Those of the method with the most.
    attainable : float
        The attainable hypervolume ratio.
    methods : tuple of MethodRow
        Compared methods, in the order of the leaderboard.
    resolution : ResolutionSummary, optional
        None in summaries of older versions.
    best : str, optional
        Name of the method with the highest median.
    random_search : float, optional
        Median of random search.
    better_than_random : BetterThanRandom
    selected : SelectedSummary, optional
        Of protocols that name the indicator `selected`.
    """

    kind: Literal["search"] = "search"
    repetitions: int
    attainable: Number
    methods: tuple[MethodRow, ...]
    resolution: ResolutionSummary | None = None
    best: str | None
    random_search: Number | None
    better_than_random: BetterThanRandom
    selected: SelectedSummary | None = None


class RankedEntry(StrictModel):
    """Kendall tau of an entry, and its cost.

    Attributes
    ----------
    entry : str
        Label of the entry.
    kendall_tau, low, high : float, optional
        Kendall tau with the truth, and its 95 % interval; None if it does not exist.
    seconds : float, optional
        Mean of an architecture; None if it was not measured.
    """

    entry: str
    kendall_tau: Number | None
    low: Number | None
    high: Number | None
    seconds: Number | None


class RankedSet(StrictModel):
    """The entries of one set of cells.

    Attributes
    ----------
    name : str
    cells : int
        Number of cells in the set.
    entries : tuple of RankedEntry
        The highest Kendall tau first.
    """

    name: str
    cells: int
    entries: tuple[RankedEntry, ...]


class RankingSummary(_ReportSummary):
    """The summary of a ranking protocol.

    Attributes
    ----------
    sets : tuple of RankedSet
        The largest set first.
    """

    kind: Literal["ranking"] = "ranking"
    sets: tuple[RankedSet, ...] = Field(min_length=1)


class _Summary(RootModel[SearchSummary | RankingSummary]):
    root: Annotated[SearchSummary | RankingSummary, Field(discriminator="kind")]


def write_summary(summary: SearchSummary | RankingSummary, folder: Path) -> None:
    """Write a summary as `summary.json`.

    Parameters
    ----------
    summary : SearchSummary or RankingSummary
    folder : Path
        An existing folder.
    """
    save_text(folder / SUMMARY_FILE, summary.model_dump_json(indent=1) + "\n")


def read_summary(path: Path) -> SearchSummary | RankingSummary:
    """Return the summary in the file at `path`.

    Raises
    ------
    ResultsError
        If the file is not JSON or is no summary; the message names the first fault.
    """
    try:
        content = read_json(path, ResultsError)
        return parse_model(_Summary, content, path, ResultsError).root
    except MonasError as error:
        raise ResultsError(f"{error}; make the report again") from None
