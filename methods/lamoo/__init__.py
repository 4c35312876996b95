"""LaMOO: a meta-optimiser that learns to partition the space, and its samplers."""

from methods.lamoo.algorithm import (
    CMAES_SETTINGS,
    LaMOO,
    LaMOOCMAES,
    LaMOORandom,
    RegionSearch,
    cmaes_sampler,
)
from methods.lamoo.bayesian import LaMOOEHVITuned, LaMOOQEHVI
from methods.lamoo.cma_sampler import CMAESSampler
from methods.lamoo.samplers import History, RandomSampler, Sampler

__all__ = [
    "CMAES_SETTINGS",
    "CMAESSampler",
    "History",
    "LaMOO",
    "LaMOOCMAES",
    "LaMOOEHVITuned",
    "LaMOOQEHVI",
    "LaMOORandom",
    "RandomSampler",
    "RegionSearch",
    "Sampler",
    "cmaes_sampler",
]
