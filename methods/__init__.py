"""Searches that ask and are told, and estimators that score: one module or package per algorithm.

Methods import the public interfaces of the engine (`bench.method`, `bench.estimator`,
`bench.spaces`, `bench.indicators`, `bench.errors`, `bench.arrays`), never data, tasks or the
internals of another method. Shared parts are in the packages `_shared` and `_gp`.
Entrants are registered as entry points in `pyproject.toml`.
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
