"""Every registered method repeats its runs, and continues them from any line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playing import run

from bench.entrants.method import find_method, registered_methods
from bench.protocol import load_search_protocol
from bench.runs.journal_file import read_journal

ROOT = Path(__file__).resolve().parent.parent.parent


def batches(path):
    """Return architectures and objectives of a journal."""
    return [(batch.architectures, batch.values) for batch in read_journal(path).batches]


@pytest.fixture(scope="module")
def small(small_protocol_file, tmp_path_factory):
    """Return a small protocol with a stored estimate, and its task."""
    text = small_protocol_file.read_text(encoding="utf-8")
    offering = (ROOT / "protocols" / "nb201-digits-mote.toml").read_text(encoding="utf-8")
    (estimate,) = re.findall(r"\[\[task.estimates\]\].*?(?=\n\[)", offering, flags=re.DOTALL)
    text = text.replace("[normalisation]", f"{estimate}\n\n[normalisation]")
    text = text.replace("initial = 10", "initial = 10\nat_most = true")
    path = tmp_path_factory.mktemp("protocol") / "small.toml"
    path.write_text(text, encoding="utf-8")
    protocol = load_search_protocol(str(path))
    return protocol, protocol.task()


def installed(name):
    """Return a registered method; the test is skipped without a package that it requires."""
    found = find_method(name)
    for module in found.entrant.requires:
        pytest.importorskip(module)
    return found


@pytest.mark.parametrize("name", registered_methods())
def test_repeats_and_continues(name, small, tmp_path):
    found = installed(name)
    first = run(*small, found, 0, tmp_path / "a")
    assert first.status == "done", first.error
    whole = batches(first.path)
    again = run(*small, found, 0, tmp_path / "b")
    assert batches(again.path) == whole
    lines = first.path.read_bytes().splitlines(keepends=True)
    for kept in {1, 2, min(5, len(lines) - 1), len(lines) - 1}:
        first.path.write_bytes(b"".join(lines[:kept]) + lines[kept][:20])
        assert run(*small, found, 0, tmp_path / "a").status == "done"
        assert batches(first.path) == whole


@pytest.mark.parametrize("name", registered_methods())
def test_repetitions_differ(name, small, tmp_path):
    found = installed(name)
    one, two = (run(*small, found, r, tmp_path) for r in (0, 1))
    assert batches(one.path) != batches(two.path)
