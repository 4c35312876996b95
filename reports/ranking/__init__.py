"""Reports of ranking protocols: rank correlations of estimators with the truth, and their cost."""

from reports.ranking.ranking_report import write_ranking

__all__ = ["write_ranking"]
