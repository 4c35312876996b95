"""Pure functions over arrays: hypervolume, attainment, IGD+, Kendall tau, efficiency, statistics.

Every objective is minimised, no input is changed, and nothing here knows of runs or files.
"""

from bench.indicators.attainment import attainment_surface
from bench.indicators.correlation import kendall_tau
from bench.indicators.distance import igd_plus
from bench.indicators.dominance import non_dominated, normalise
from bench.indicators.efficiency import evaluations_to_targets, runtime_profile
from bench.indicators.hypervolume import (
    hypervolume,
    hypervolume_trace,
    incumbent_hypervolume_trace,
    log_regret,
)
from bench.indicators.statistics import (
    average_ranks,
    bootstrap_interval,
    holm,
    paired_wilcoxon,
    significance_groups,
)

__all__ = [
    "attainment_surface",
    "average_ranks",
    "bootstrap_interval",
    "evaluations_to_targets",
    "holm",
    "hypervolume",
    "hypervolume_trace",
    "igd_plus",
    "incumbent_hypervolume_trace",
    "kendall_tau",
    "log_regret",
    "non_dominated",
    "normalise",
    "paired_wilcoxon",
    "runtime_profile",
    "significance_groups",
]
