"""Training-free estimators: scores of networks of random weights.

Formulas are those of the papers named by each; the conventions they share, and where weights and
images come from, are in `_network` and `bench.training.networks.factory`. What is not finite is
NaN and ranks last, unless the source has a replacement for it.
"""

from methods.zero_cost.fisher import Fisher
from methods.zero_cost.gradients import SNIP, GradNorm, L2Norm, Plain
from methods.zero_cost.grasp import GraSP
from methods.zero_cost.jacov import Jacov
from methods.zero_cost.knas import KNAS
from methods.zero_cost.lga import LGA
from methods.zero_cost.nwot import NASWOT
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
