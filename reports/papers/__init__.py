"""One package for each paper: the figures of it that can be made again.

The only part of the reports that may look into an algorithm.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.claims.evidence import Evidence
    from reports.rendering.plots import Plot

__all__ = ["paper_plots"]

_PAPERS = {"lamoo": "reports.papers.lamoo", "mote": "reports.papers.mote"}


def paper_plots(name: str, evidence: Evidence) -> Iterator[Plot]:
    """Draw the figures of a paper, by the name of its record of claims; none for other papers."""
    if name in _PAPERS:
        yield from import_module(_PAPERS[name]).plots(evidence)
