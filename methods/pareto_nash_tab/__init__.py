"""The search strategy of Pareto-NASH on a finite space, without weight inheritance; ablations."""

from methods.pareto_nash_tab.algorithm import (
    ParetoNashTab,
    ParetoNashTabSingle,
    ParetoNashTabUniform,
)

__all__ = ["ParetoNashTab", "ParetoNashTabSingle", "ParetoNashTabUniform"]
