"""Pareto-NASH's search strategy on a finite space, without weight inheritance; its ablations."""

from methods.pareto_nash_tab.algorithm import (
    ParetoNashTab,
    ParetoNashTabSingle,
    ParetoNashTabUniform,
)

__all__ = ["ParetoNashTab", "ParetoNashTabSingle", "ParetoNashTabUniform"]
