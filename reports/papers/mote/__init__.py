"""Short trainings of our own beside those that the authors of MOTE-NAS released.

`trainings.json` has the measurements of `methods.mote.training.short_training` with the released
recipe on the reduced CIFAR-100 (50 epochs, batch 1,024), cell by cell; the released curves are in
the table `nb201-mote`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from bench.data import catalogue_entry, load_table
from reports.papers.mote import training_curves as curves
from reports.rendering import style
from reports.rendering.saving import Plot

if TYPE_CHECKING:
    from reports.claims.evidence import Evidence

__all__ = ["plots"]

_TABLE = "nb201-mote"


def plots(evidence: Evidence) -> Iterator[Plot]:
    """Draw our trainings beside the released ones, if their table is on this machine."""
    del evidence  # the figure needs no runs
    if not catalogue_entry(_TABLE).path.exists():
        return
    with style.settings():
        figure = curves.draw([_beside(training) for training in trainings()])
    title = "Short trainings of our own beside the released ones"
    yield Plot("short-trainings", title, curves.CAPTION, figure)


def trainings() -> list[dict[str, object]]:
    """Return our trainings: index and string of the cell, losses [50], landscape [11], seconds."""
    text = (files("reports.papers.mote") / "trainings.json").read_text(encoding="utf-8")
    found: list[dict[str, object]] = json.loads(text)
    return found


def _beside(training: dict[str, object]) -> curves.CellCurves:
    table = load_table(_TABLE)
    (row,) = np.flatnonzero(table.column("index") == training["index"])
    return curves.CellCurves(
        title=f"cell {training['index']}",
        published_losses=table.column("proxy_train_loss")[row],
        published_landscape=table.column("landscape_loss")[row][::-1],  # initial weights first
        losses=np.asarray(training["losses"]),
        landscape=np.asarray(training["landscape"]),
    )
