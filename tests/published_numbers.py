"""Made published numbers, and a protocol and values of runs to compare them with."""

from __future__ import annotations

import numpy as np

from reports.claims import PublishedNumber

PROTOCOL = "nb201-digits"
RATIO = "hypervolume_ratio"
BASE = np.array([0.70, 0.72, 0.69, 0.71, 0.73, 0.70, 0.72, 0.71])
DIRECTION = PublishedNumber(how="printed")


def value(number, **more):
    """Return a published number in the unit "u"."""
    return PublishedNumber(how="printed", value=number, unit="u", **more)


def mean(number, **more):
    """Return a published mean of seven runs."""
    return value(number, runs=7, **more)
