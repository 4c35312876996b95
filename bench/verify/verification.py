"""The verification of journals, protocol by protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.errors import MonasError
from bench.limits import Limits
from bench.protocol import AnyProtocol, SearchProtocol
from bench.results.answers import check_answers
from bench.results.scores import check_measured, entry_scores
from bench.results.search import SearchJudge
from bench.results.verdicts import Verdict, journal_digest
from bench.runs.base import NO_LIMIT
from bench.runs.entrant import Entrant
from bench.runs.journal import Journal
from bench.seeds import stream
from bench.verify.finding import Found
from bench.verify.judging import judge_replays
from bench.verify.replay import Replayed, find_entrants, replay

__all__ = ["Verified", "verify"]


@dataclass(frozen=True)
class Verified:
    """A journal and the verdict on it.

    Attributes
    ----------
    found : Found
        The journal.
    verdict : Verdict
        How far it was checked.
    chosen : bool
        Whether it was to be played again.
    """

    found: Found
    verdict: Verdict
    chosen: bool = False

    @property
    def is_well(self) -> bool:
        """Whether nothing speaks against the journal, and it was replayed if it was to be."""
        return self.verdict.tier.startswith("replayed") or (
            self.verdict.tier == "recomputed" and not self.chosen
        )


def verify(
    found: Sequence[Found],
    *,
    rerun: int | None = 0,
    seed: int = 0,
    named: Sequence[str] = (),
    workers: int = 1,
    limits: Limits = NO_LIMIT,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Verified]:
    """Return the verdict on each journal, in the given order.

    Parameters
    ----------
    found : sequence of Found
        Journals, of `find_journals`.
    rerun : int, optional
        Number of finished runs of each entrant that are played again; None for all.
    seed : int
        Chooses them.
    named : sequence of str
        Classes in files, `path/to/file.py:ClassName`, whose runs may be played again.
    workers : int
        Number of processes.
    limits : Limits
        Hard limits of each run.
    progress : callable
        Called after every run that was played again with its title.

    Raises
    ------
    DataMissingError
        If a table of a protocol is not installed.
    """
    groups: dict[tuple[str, Path], list[Found]] = {}
    for each in found:
        if each.protocol is not None and each.results is not None and each.journal is not None:
            groups.setdefault((each.protocol.id, each.results), []).append(each)
    verdicts: dict[Path, Verified] = {}
    for each in found:
        if each.refused:
            verdicts[each.path] = _refused(each, each.refused)
    for members in groups.values():
        protocol = members[0].protocol
        assert protocol is not None
        protocol.require_tables()
        group = _Group(protocol, members)
        if rerun != 0:
            group.play_again(rerun, seed, named, workers, limits, progress)
        verdicts |= group.verified
    return [verdicts[each.path] for each in found]


def _refused(found: Found, reason: str) -> Verified:
    is_file = found.path.is_file() and not found.path.is_symlink()
    digest = journal_digest(found.path) if is_file else ""
    return Verified(found, Verdict(sha256=digest, tier="refused", reason=reason))


class _Group:
    """The journals of one protocol in one folder of results, recomputed when this is made."""

    def __init__(self, protocol: AnyProtocol, members: Sequence[Found]) -> None:
        self._protocol = protocol
        self._judge = SearchJudge(protocol) if isinstance(protocol, SearchProtocol) else None
        self._task: Any = self._judge.task if self._judge else protocol.task()
        self._values: dict[str, list[float]] = {}  # final indicator of the finished runs, by label
        self._finished: dict[str, list[Found]] = {}
        self.verified = {each.path: self._recomputed(each) for each in members}

    def _recomputed(self, found: Found) -> Verified:
        journal = found.journal
        assert journal is not None
        label, remark = journal.header.subject.name, ""
        try:
            if journal.end is None or journal.end.status != "done":
                remark = f"ended as {journal.end.status}" if journal.end else "not finished"
                if self._judge:
                    repetition = journal.header.subject.repetition or 0
                    check_answers(self._task, journal, self._judge.designs(repetition))
            else:
                if self._judge:
                    ratio = self._judge.recompute(journal).hypervolume_ratio
                    self._values.setdefault(label, []).append(ratio)
                else:
                    check_measured(self._task, journal)
                    entry_scores(self._task, journal)
                self._finished.setdefault(label, []).append(found)
        except MonasError as error:
            return _refused(found, str(error))
        digest = journal_digest(found.path)
        return Verified(found, Verdict(sha256=digest, tier="recomputed", reason=remark))

    def play_again(
        self,
        rerun: int | None,
        seed: int,
        named: Sequence[str],
        workers: int,
        limits: Limits,
        progress: Callable[[str], None],
    ) -> None:
        """Replace verdicts on runs that are chosen by those on their replay."""
        chosen = {label: self._chosen(label, rerun, seed) for label in self._finished}
        entrants: dict[str, Entrant] = {}
        for label, entrant in find_entrants(self._protocol, [*chosen], named).items():
            if isinstance(entrant, Entrant):
                entrants[label] = entrant
                continue
            for each in chosen[label]:
                self._set(each, self._with_reason(each, entrant))
        journals = {
            label: [each.journal for each in chosen[label] if each.journal is not None]
            for label in entrants
        }
        if not journals:
            return
        with TemporaryDirectory(prefix="monas-verify-") as folder:
            played = replay(
                self._protocol,
                self._task,
                journals,
                entrants,
                folder=Path(folder).resolve(),
                workers=workers,
                limits=limits,
                progress=progress,
            )
            replays: dict[str, list[Replayed]] = {}
            for run in played:
                replays.setdefault(run.journal.header.subject.name, []).append(run)
            made = {label: self._ratios(runs) for label, runs in replays.items()}
        judged = judge_replays(replays, self._values, made, protocol_id=self._protocol.id)
        for path, verdict in judged.items():
            self._set(self.verified[path].found, verdict)

    def _chosen(self, label: str, rerun: int | None, seed: int) -> list[Found]:
        finished = self._finished[label]
        if rerun is None or rerun >= len(finished):
            return finished
        order = stream(self._protocol.id, "rerun", seed, label).permutation(len(finished))
        return [finished[i] for i in sorted(order[:rerun])]

    def _ratios(self, runs: Sequence[Replayed]) -> list[float]:
        if self._judge is None:
            return []
        again: list[Journal] = [run.again for run in runs if run.again is not None]
        return [self._judge.recompute(journal).hypervolume_ratio for journal in again]

    def _with_reason(self, found: Found, reason: str) -> Verdict:
        return self.verified[found.path].verdict.model_copy(update={"reason": reason})

    def _set(self, found: Found, verdict: Verdict) -> None:
        self.verified[found.path] = Verified(found, verdict, chosen=True)
