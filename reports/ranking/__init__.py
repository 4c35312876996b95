"""Reports of protocols of rank: how well estimates order architectures, and what they cost."""

from reports.ranking.write import write_ranking

__all__ = ["write_ranking"]
