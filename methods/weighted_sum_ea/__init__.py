"""Weighted-sum evolutionary search without its supernet, and its ablation with one weight."""

from methods.weighted_sum_ea.algorithm import WeightedSumEA, WeightedSumEASingle

__all__ = ["WeightedSumEA", "WeightedSumEASingle"]
