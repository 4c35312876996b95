"""Verdicts on the runs of one protocol that were played again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.indicators import holm
from bench.indicators.permutation import permutation_p
from bench.results.verdicts import Verdict, journal_digest
from bench.seeds import stream
from bench.verify.replay import Replayed

__all__ = ["LEAST_REPETITIONS", "LEVEL", "judge_replays"]

LEAST_REPETITIONS = 10  # of a method that are played again, for a test; *ours*
LEVEL = 0.01  # of the test, with Holm's correction over the methods; *ours*


def judge_replays(
    replays: Mapping[str, Sequence[Replayed]],
    recorded: Mapping[str, Sequence[float]],
    made: Mapping[str, Sequence[float]],
    *,
    protocol_id: str,
) -> dict[Path, Verdict]:
    """Return the verdict on each run that was played again, by the path of its journal.

    Parameters
    ----------
    replays : mapping of str to sequence of Replayed
        The runs, by label.
    recorded : mapping of str to sequence of float
        Final indicator of all finished runs of each label, from their journals; empty for a
        ranking, which has single runs.
    made : mapping of str to sequence of float
        Final indicator of each run that was played again to its end.
    protocol_id : str
        Id of the protocol, for the random stream of the test.

    Notes
    -----
    A run that is not repeated bit by bit can be honest: the last digits of another processor lead
    some methods to other architectures. So a test compares the two samples of final indicators:
    a permutation test of their means, two-sided, 0.01 with Holm's correction over the methods. It
    needs 10 repetitions.
    """
    tested = {
        label: permutation_p(recorded[label], made[label], rng=stream(protocol_id, "verify", label))
        for label, runs in replays.items()
        if any(run.difference for run in runs)
        and len(made.get(label, ())) >= LEAST_REPETITIONS
        and all(not run.fault for run in runs)
    }
    adjusted = dict(zip(tested, np.asarray(holm(list(tested.values()))), strict=True))
    return {
        run.journal.path: _verdict(run, adjusted.get(label), len(made.get(label, ())))
        for label, runs in replays.items()
        for run in runs
    }


def _verdict(run: Replayed, p: float | None, repetitions: int) -> Verdict:
    digest = journal_digest(run.journal.path)
    remark = "by code that has changed since" if run.changed else ""
    if run.fault:
        return Verdict(sha256=digest, tier="recomputed", reason=_joined(run.fault, remark))
    if not run.difference:
        if run.spent and not run.changed:
            return Verdict(sha256=digest, tier="refused", reason=run.spent)
        return Verdict(sha256=digest, tier="replayed bitwise", reason=_joined(run.spent, remark))
    if p is None:
        few = f"{repetitions} repetitions are too few for a test, which needs {LEAST_REPETITIONS}"
        return Verdict(
            sha256=digest,
            tier="recomputed",
            reason=_joined(f"not repeated: {run.difference}", few, remark),
        )
    if p < LEVEL:
        return Verdict(
            sha256=digest,
            tier="refused",
            reason=_joined(
                f"not repeated: {run.difference}",
                f"over {repetitions} repetitions played again the method reaches other values, "
                f"p = {p:.2g}",
                remark,
            ),
        )
    return Verdict(
        sha256=digest,
        tier="replayed statistically",
        reason=_joined(f"p = {p:.2g} over {repetitions} repetitions", run.difference, remark),
    )


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))
