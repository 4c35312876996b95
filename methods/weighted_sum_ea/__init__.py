"""Weighted-sum evolutionary search without its supernet; and its single-weight ablation."""

from methods.weighted_sum_ea.algorithm import WeightedSumEA, WeightedSumEASingle

__all__ = ["WeightedSumEA", "WeightedSumEASingle"]
