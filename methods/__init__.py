"""Searches that play by ask and tell, and estimators that score: found by entry point.

A method sees `bench.spaces`, `bench.method` and `bench.indicators`; never data, tasks or the inside
of another method. What several of them need lives in the modules that start with an underscore.
"""

__all__ = [
    "aging_evolution",
    "bo",
    "cma_es",
    "lamoo",
    "local_search",
    "moead",
    "mote",
    "motpe",
    "nsga2",
    "nsga3",
    "pareto_nash_tab",
    "random_search",
    "sms_emoa",
    "weighted_sum_ea",
    "zero_cost",
]
