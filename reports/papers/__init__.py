"""Figures of papers, reproduced: one package for each paper.

The only part of the reports that may import methods.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.claims.evidence import Evidence
    from reports.rendering.saving import Plot

__all__ = ["paper_plots"]

_PAPERS = {"lamoo": "reports.papers.lamoo", "mote": "reports.papers.mote"}


def paper_plots(name: str, evidence: Evidence) -> Iterator[Plot]:
    """Draw the reproduced figures of a paper; none for a paper without a package here.

    Parameters
    ----------
    name : str
        Name of the paper's record of claims.
    evidence : Evidence
        Results to draw.
    """
    if name in _PAPERS:
        yield from import_module(_PAPERS[name]).plots(evidence)
