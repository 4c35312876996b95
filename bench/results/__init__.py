"""Results: journals as data frames, with objectives and indicators recomputed."""

from pathlib import Path

from bench.protocol import AnyProtocol, SearchProtocol
from bench.results.ranking import RankingResults, load_ranking_results
from bench.results.search import SearchResults, load_search_results

__all__ = [
    "RankingResults",
    "SearchResults",
    "load_ranking_results",
    "load_results",
    "load_search_results",
]


def load_results(protocol: AnyProtocol, folder: Path) -> SearchResults | RankingResults:
    """Return the results of a protocol; see the function for its kind.

    Parameters
    ----------
    protocol : SearchProtocol or RankingProtocol
        The protocol.
    folder : Path
        Folder of all results.
    """
    if isinstance(protocol, SearchProtocol):
        return load_search_results(protocol, folder)
    return load_ranking_results(protocol, folder)
