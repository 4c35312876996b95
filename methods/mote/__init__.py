"""MOTE-NAS: its estimate, made of two terms, and training speed estimates for comparison."""

from methods.mote.estimators import (
    MOTE,
    TSE,
    TSEE,
    TSEEMA,
    LastLoss,
    MOTELandscape,
    MOTESpeed,
    TrainingSeconds,
)

__all__ = [
    "MOTE",
    "TSE",
    "TSEE",
    "TSEEMA",
    "LastLoss",
    "MOTELandscape",
    "MOTESpeed",
    "TrainingSeconds",
]
