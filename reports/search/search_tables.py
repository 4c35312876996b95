"""The numbers of a comparison as tables for other programs, not rounded for display."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bench.protocol import SearchProtocol
from bench.results.search import SearchResults
from reports.search.comparison import further_columns
from reports.search.leaderboard import BoardRow, Leaderboard
from reports.search.pairs import Pairs
from reports.search.selected import Selected, selected_column

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["leaderboard_frame", "pairs_frame", "selected_frame"]


def leaderboard_frame(board: Leaderboard, protocol: SearchProtocol) -> pd.DataFrame:
    """Return one row for each method, in the leaderboard's order.

    Parameters
    ----------
    board : Leaderboard
    protocol : SearchProtocol
        The protocol of the leaderboard.
    """
    import pandas as pd

    return pd.DataFrame([_row(row, protocol) for row in board.rows])


def pairs_frame(pairs: Pairs, protocol: SearchProtocol) -> pd.DataFrame:
    """Return one row for each pair of methods that share a repetition.

    Parameters
    ----------
    pairs : Pairs
    protocol : SearchProtocol
        The protocol of the pairs.
    """
    import pandas as pd

    columns = (
        "protocol",
        "protocol_id",
        "first",
        "second",
        "repetitions_shared",
        "median_difference",
        "p_holm",
        "region_of_equivalence",
        "probability_better",
        "probability_equal",
        "probability_worse",
    )
    rows = [
        (
            protocol.name,
            protocol.id,
            pair.first,
            pair.second,
            pair.repetitions,
            pair.median_difference,
            pair.p,
            pairs.region,
            pair.better,
            pair.equal,
            pair.worse,
        )
        for pair in pairs.pairs
    ]
    return pd.DataFrame(rows, columns=columns)


def selected_frame(selected: Sequence[Selected], results: SearchResults) -> pd.DataFrame:
    """Return one row for each method, the best selection first.

    Parameters
    ----------
    selected : sequence of Selected
    results : SearchResults
        The results of which the selections are made.
    """
    import pandas as pd

    column = selected_column(results)
    rows = []
    for each in selected:
        against = each.against_random
        rows.append(
            {
                "protocol": results.protocol.name,
                "protocol_id": results.protocol.id,
                "method": each.method,
                "repetitions": each.repetitions,
                f"{column}_median": each.objective,
                f"{column}_low": each.low,
                f"{column}_high": each.high,
                "simulated_seconds_median": each.seconds,
                "share_better_than_random": against.share_better if against else None,
                "median_reduction_to_random": against.median_difference if against else None,
                "p_against_random_holm": against.p if against else None,
            }
        )
    return pd.DataFrame(rows)


def _row(row: BoardRow, protocol: SearchProtocol) -> dict[str, Any]:
    measured = row.measured
    against = measured.against_random if measured else None
    return {
        "protocol": protocol.name,
        "protocol_id": protocol.id,
        "method": row.method,
        "repetitions": measured.repetitions if measured else 0,
        "hypervolume_ratio_median": measured.hypervolume_ratio if measured else None,
        "hypervolume_ratio_low": measured.low if measured else None,
        "hypervolume_ratio_high": measured.high if measured else None,
        "average_rank": measured.average_rank if measured else None,
        "groups": measured.letters if measured else None,
        **{
            f"{column}_median": measured.further[column] if measured else None
            for column in further_columns(protocol)
        },
        "share_better_than_random": against.share_better if against else None,
        "median_difference_to_random": against.median_difference if against else None,
        "p_against_random_holm": against.p if against else None,
        "repetitions_shared_with_random": against.repetitions if against else None,
        "runs_done": row.done,
        "runs_failed": row.failed,
        "runs_failed_kept": row.kept,
        "checked": row.tier,
    }
