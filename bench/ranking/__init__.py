"""Protocols of rank: how well estimates order architectures, and at what cost.

`protocol` says what is compared, `cells` joins the tables, `scores` finds the scores, `run`
measures and keeps journals, `results` turns them into Kendall tau.
"""

from bench.ranking.protocol import RankProtocol, load_rank_protocol
from bench.ranking.results import EntryResult, RankResults, SetResult, load_rank_results
from bench.ranking.run import PlannedEntry, ScoringOutcome, plan_ranking, rank, ranking_standing

__all__ = [
    "EntryResult",
    "PlannedEntry",
    "RankProtocol",
    "RankResults",
    "ScoringOutcome",
    "SetResult",
    "load_rank_protocol",
    "load_rank_results",
    "plan_ranking",
    "rank",
    "ranking_standing",
]
