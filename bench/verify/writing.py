"""The file of verdicts beside the journals, which reports read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from bench import __version__
from bench.errors import CallError
from bench.results.verdicts import VERDICTS_FILE, Verdict, Verdicts, read_verdicts
from bench.verify.verification import Verified

__all__ = ["write_verdicts"]


def write_verdicts(verified: Sequence[Verified]) -> list[Path]:
    """Write the verdicts on runs that were to be played again; return the files.

    Earlier verdicts on other journals are kept.

    Raises
    ------
    CallError
        If a file cannot be written.
    ResultsError
        If there is a file that is not one of verdicts.
    """
    by_home: dict[Path, dict[str, Verdict]] = {}
    for each in verified:
        protocol, results = each.found.protocol, each.found.results
        if each.chosen and protocol is not None and results is not None:
            home = protocol.home(results)
            place = each.found.path.relative_to(home).as_posix()
            by_home.setdefault(home, {})[place] = each.verdict
    written = []
    for home, verdicts in by_home.items():
        path = home / VERDICTS_FILE
        journals = dict(sorted((read_verdicts(home) | verdicts).items()))
        content = Verdicts(suite_version=__version__, journals=journals)
        text = json.dumps(content.model_dump(mode="json", by_alias=True), indent=1) + "\n"
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CallError(f"cannot write {path}: {error.strerror}") from None
        written.append(path)
    return written
