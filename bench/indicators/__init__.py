"""Indicators: pure functions of arrays.

- Sets of points: `hypervolume`, `igd_plus`, `attainment_surface`, `attainment_difference`,
  `non_dominated`, `normalise`.
- Runs: `hypervolume_trace`, `incumbent_hypervolume_trace`, `log_regret`, `evaluations_to_targets`,
  `runtime_profile`.
- Methods compared over repetitions: `bootstrap_interval`, `paired_wilcoxon`, `holm`.
- Methods compared in pairs, each on what it shares: `pairwise_wins`, `pairwise_p`,
  `mean_ranks`,
  `ranks_of_shares`, `significance_groups`, `pairs_told_apart`, `least_repetitions`,
  `signed_rank_posterior`.
- Estimators compared with the truth: `kendall_tau`, `spearman_rho`, `dense_ranks`,
  `fractional_ranks`, `top_members`.

All objectives are minimised, and no function changes its arguments. Arguments that are not valid
raise `bench.errors.IndicatorError`.
"""

from bench.indicators.attainment import attainment_difference, attainment_surface
from bench.indicators.correlation import (
    dense_ranks,
    fractional_ranks,
    kendall_tau,
    spearman_rho,
    top_members,
)
from bench.indicators.distance import igd_plus
from bench.indicators.dominance import non_dominated, normalise
from bench.indicators.efficiency import evaluations_to_targets, runtime_profile
from bench.indicators.hypervolume import (
    hypervolume,
    hypervolume_trace,
    incumbent_hypervolume_trace,
    log_regret,
)
from bench.indicators.pairs import (
    least_repetitions,
    mean_ranks,
    pairs_told_apart,
    pairwise_p,
    pairwise_wins,
    ranks_of_shares,
    signed_rank_posterior,
    significance_groups,
)
from bench.indicators.statistics import bootstrap_interval, holm, paired_wilcoxon

__all__ = [
    "attainment_difference",
    "attainment_surface",
    "bootstrap_interval",
    "dense_ranks",
    "evaluations_to_targets",
    "fractional_ranks",
    "holm",
    "hypervolume",
    "hypervolume_trace",
    "igd_plus",
    "incumbent_hypervolume_trace",
    "kendall_tau",
    "least_repetitions",
    "log_regret",
    "mean_ranks",
    "non_dominated",
    "normalise",
    "paired_wilcoxon",
    "pairs_told_apart",
    "pairwise_p",
    "pairwise_wins",
    "ranks_of_shares",
    "runtime_profile",
    "signed_rank_posterior",
    "significance_groups",
    "spearman_rho",
    "top_members",
]
