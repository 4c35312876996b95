"""Training-free estimators: scores of networks with random weights.

The formulas are those of the papers that each estimator names; shared conventions are in
`_network`, weights and images come from a network factory (`bench.estimator.NetworkFactory`). A
score that is not finite is NaN and ranks last, unless the source has a replacement for it.
"""

from methods.zero_cost.knas import KNAS
from methods.zero_cost.lga import LGA
from methods.zero_cost.naswot import NASWOT, Jacov
from methods.zero_cost.saliency import SNIP, Fisher, GradNorm, GraSP, L2Norm, Plain
from methods.zero_cost.size import Flops, Params
from methods.zero_cost.synflow import SynFlow
from methods.zero_cost.te_nas import TENAS, LinearRegions, NTKCondition
from methods.zero_cost.zen import ZenScore
from methods.zero_cost.zico import ZiCo

__all__ = [
    "KNAS",
    "LGA",
    "NASWOT",
    "SNIP",
    "TENAS",
    "Fisher",
    "Flops",
    "GraSP",
    "GradNorm",
    "Jacov",
    "L2Norm",
    "LinearRegions",
    "NTKCondition",
    "Params",
    "Plain",
    "SynFlow",
    "ZenScore",
    "ZiCo",
]
