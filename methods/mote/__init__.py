"""MOTE-NAS: its estimate of two terms, and the training speed estimates it is compared with."""

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
