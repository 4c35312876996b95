"""What is compared as tables for other programs: full numbers, nothing rounded for display."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bench.protocol import SearchProtocol
from bench.results.search import SearchResults
from reports.search.comparison import regret_column
from reports.search.leaderboard import Leaderboard, Standing
from reports.search.selected import Selected, selected_column

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["csv_bytes", "leaderboard_frame", "selected_frame"]


def leaderboard_frame(board: Leaderboard, protocol: SearchProtocol) -> pd.DataFrame:
    """Return one row for each method, in the leaderboard's order."""
    import pandas as pd

    return pd.DataFrame([_row(standing, board, protocol) for standing in board.standings])


def selected_frame(selected: Sequence[Selected], results: SearchResults) -> pd.DataFrame:
    """Return one row for each method, the best selection first."""
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
                "repetitions_compared": len(results.common_repetitions()),
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


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a frame as CSV in UTF-8, numbers with 12 significant digits."""
    text: str = frame.to_csv(index=False, float_format="%.12g", lineterminator="\n")
    return text.encode()


def _row(standing: Standing, board: Leaderboard, protocol: SearchProtocol) -> dict[str, Any]:
    measured = standing.measured
    against = measured.against_random if measured else None
    return {
        "protocol": protocol.name,
        "protocol_id": protocol.id,
        "method": standing.method,
        "repetitions_compared": len(board.repetitions),
        "hypervolume_ratio_median": measured.hypervolume_ratio if measured else None,
        "hypervolume_ratio_low": measured.low if measured else None,
        "hypervolume_ratio_high": measured.high if measured else None,
        "average_rank": measured.average_rank if measured else None,
        "groups": measured.letters if measured else None,
        "igd_plus_median": measured.igd_plus if measured else None,
        f"{regret_column(protocol)[0]}_median": measured.log10_regret if measured else None,
        "share_better_than_random": against.share_better if against else None,
        "median_difference_to_random": against.median_difference if against else None,
        "p_against_random_holm": against.p if against else None,
        "runs_done": standing.done,
        "runs_failed": standing.failed,
    }
