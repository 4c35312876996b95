"""Every method that ships plays through the runner, repeats itself and survives a cut."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bench.method import find_method, registered_methods
from bench.run import run


def content(path):
    """Return the batches of a journal without times and seals."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(line["architectures"], line["objectives"]) for line in lines[1:-1]]


@pytest.mark.parametrize("name", registered_methods())
def test_repeats_and_resumes(name, small_protocol, small_task, tmp_path):
    found = find_method(name)
    first = run(small_protocol, small_task, found, 0, tmp_path / "a")
    assert first.status == "done", first.error
    whole = content(first.path)
    again = run(small_protocol, small_task, found, 0, tmp_path / "b")
    assert content(again.path) == whole
    lines = first.path.read_bytes().splitlines(keepends=True)
    for kept in (1, 2, 5, len(lines) - 1):
        first.path.write_bytes(b"".join(lines[:kept]) + lines[kept][:20])
        assert run(small_protocol, small_task, found, 0, tmp_path / "a").status == "done"
        assert content(first.path) == whole


@pytest.mark.parametrize("name", registered_methods())
def test_repetitions_differ(name, small_protocol, small_task, tmp_path):
    found = find_method(name)
    one, two = (run(small_protocol, small_task, found, r, tmp_path) for r in (0, 1))
    assert content(one.path) != content(two.path)


def test_source_digest_does_not_depend_on_what_is_imported_already():
    code = (
        "from bench.method import find_method\n"
        "found = find_method('qparego')\n"
        "before = found.source_sha256()\n"
        "import methods._gp_parego\n"
        "print(before == found.source_sha256())\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "True"
