"""Bayesian optimisation: qEHVI, qNEHVI and qParEGO as published, and a tuned one of our own."""

from methods.bo.papers import QEHVI, QNEHVI, QParEGO
from methods.bo.tuned import EHVITuned

__all__ = ["QEHVI", "QNEHVI", "EHVITuned", "QParEGO"]
