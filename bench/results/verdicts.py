"""Verdicts of `monas verify` on journals, in a file beside them, and the tier of a row of results.

A verdict holds for the journal with its digest alone. The file says what was checked on the machine
that wrote it: remove it, and verify again, where the results come from somebody else.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import Field

from bench.errors import ResultsError
from bench.runs.journal import Journal
from bench.schema import StrictModel, parse_model

__all__ = [
    "TIERS",
    "VERDICTS_FILE",
    "Tier",
    "Verdict",
    "Verdicts",
    "journal_digest",
    "read_tiers",
    "read_verdicts",
    "row_tiers",
]

VERDICTS_FILE = "verified.json"

Tier = Literal["replayed bitwise", "replayed statistically", "recomputed", "refused"]
TIERS: tuple[Tier, ...] = ("replayed bitwise", "replayed statistically", "recomputed", "refused")


class Verdict(StrictModel):
    """How far one journal was checked."""

    sha256: str = Field(description="Digest of the journal's bytes.")
    tier: Tier = Field(
        description="`replayed bitwise`: the entrant did the same again. `replayed "
        "statistically`: at least 10 of its runs were made again, and a test does not tell the "
        "results apart. `recomputed`: only the scores of the recorded architectures were computed "
        "again. `refused`: it is not the journal of such a run."
    )
    reason: str = Field(default="", description="Why it is not a higher tier, or a remark.")


class Verdicts(StrictModel):
    """The file of verdicts in the folder of a protocol's journals."""

    schema_version: Literal[1] = Field(
        default=1, alias="schema", description="Version of the file's format."
    )
    suite_version: str = Field(description="Version of the suite that checked the journals.")
    journals: dict[str, Verdict] = Field(
        description="Verdict of each journal, by its path below this folder."
    )


def journal_digest(path: Path) -> str:
    """Return the digest of a journal's bytes, 64 hexadecimal digits."""
    return sha256(path.read_bytes()).hexdigest()


def read_verdicts(home: Path) -> dict[str, Verdict]:
    """Return the verdicts in a protocol's folder, by path below it; none without a file.

    Parameters
    ----------
    home : Path
        The folder (`Protocol.home`).

    Raises
    ------
    ResultsError
        If the file is not one of verdicts.
    """
    path = home / VERDICTS_FILE
    if not path.is_file():
        return {}
    fix = "remove it, and run `monas verify --rerun` again"
    try:
        content = json.loads(path.read_bytes())
        return parse_model(Verdicts, content, path, ResultsError).journals
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path} is not a file of verdicts: {error}; {fix}") from None
    except ResultsError as error:
        raise ResultsError(f"{error}; {fix}") from None


def read_tiers(home: Path, journals: Sequence[Journal]) -> list[tuple[str, Tier]]:
    """Return the label and the tier of each journal; without a verdict it is recomputed.

    Parameters
    ----------
    home : Path
        The folder of the protocol's journals.
    journals : sequence of Journal
        Finished journals in it.

    Raises
    ------
    ResultsError
        If one was refused.
    """
    known = read_verdicts(home)
    found: list[tuple[str, Tier]] = []
    for journal in journals:
        verdict = known.get(journal.path.relative_to(home).as_posix())
        tier: Tier = "recomputed"
        if verdict is not None and verdict.sha256 == journal_digest(journal.path):
            tier = verdict.tier
            if tier == "refused":
                raise ResultsError(
                    f"{journal.path} was refused by `monas verify`: {verdict.reason}; remove it, "
                    f"or run it again with --restart"
                )
        found.append((journal.header.subject.name, tier))
    return found


def row_tiers(tiers: Iterable[tuple[str, Tier]]) -> dict[str, str]:
    """Return the tier of each row in words, from those of its runs.

    Examples
    --------
    >>> row_tiers([("a", "recomputed"), ("a", "replayed bitwise"), ("b", "recomputed")])
    {'a': 'replayed bitwise (1 of 2), recomputed', 'b': 'recomputed'}
    """
    counts: dict[str, Counter[Tier]] = {}
    for label, tier in tiers:
        counts.setdefault(label, Counter())[tier] += 1
    return {label: _in_words(counted) for label, counted in counts.items()}


def _in_words(counted: Counter[Tier]) -> str:
    present = [tier for tier in TIERS if counted[tier]]
    runs = counted.total()
    above = [f"{tier} ({counted[tier]} of {runs})" for tier in present[:-1]]
    return ", ".join([*above, present[-1]])
