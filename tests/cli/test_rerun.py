"""`monas run` on finished protocols, and the command that a report without results names."""

from __future__ import annotations

import shlex
import tomllib
from collections import Counter

from method_bodies import RANDOM_BODY

import bench.runs.journal
import bench.runs.plan


def test_a_finished_protocol_is_parsed_once_and_each_journal_read_once(
    monas, tiny, method_file, monkeypatch
):
    toys = [f"--method={method_file(RANDOM_BODY, name)}" for name in ("one", "two", "three")]
    status, _, err = monas("run", tiny, *toys, "--workers", 1)
    assert status == 0, err
    parsed, read = [], Counter()
    loads, read_journal = tomllib.loads, bench.runs.plan.read_journal

    def counted_loads(text):
        parsed.append(text)
        return loads(text)

    def counted_read(path):
        read[path] += 1
        return read_journal(path)

    monkeypatch.setattr(tomllib, "loads", counted_loads)
    monkeypatch.setattr(bench.runs.plan, "read_journal", counted_read)
    status, out, err = monas("run", tiny, *toys)
    assert (status, "6 runs done, 0 failed" in out) == (0, True), err
    assert [text for text in parsed if 'name = "tiny"' in text] == [tiny.read_text("utf-8")]
    assert len(read) == 6
    assert set(read.values()) == {1}


def test_the_command_for_missing_results_makes_them(monas, tiny, method_file, tmp_path):
    status, _, err = monas("report", tiny)
    assert status == 1
    command = err[err.index("`monas ") + 1 : err.rindex("`")]
    assert str(tiny) in command
    toy = method_file(RANDOM_BODY)
    words = shlex.split(command)[1:]
    status, _, err = monas(*words, "--method", toy, "--workers", 1)
    assert status == 0, err
    assert monas("report", tiny, "--out", tmp_path / "out")[0] == 0


def test_the_command_for_missing_results_is_quoted(monas, tiny, tmp_path):
    spaced = tmp_path / "my folder" / "tiny protocol.toml"
    spaced.parent.mkdir()
    spaced.write_text(tiny.read_text(encoding="utf-8"), encoding="utf-8")
    _, _, err = monas("report", spaced, "--results", tmp_path / "no results")
    command = err[err.index("`monas ") + 1 : err.rindex("`")]
    assert shlex.split(command) == [
        "monas", "run", str(spaced), "--results", str(tmp_path / "no results"),
    ]  # fmt: skip


def test_protocols_of_both_kinds_in_one_command(monas, tiny, rules, tmp_path):
    text = tiny.read_text(encoding="utf-8")
    roster = text.index("[[roster]]")
    tiny.write_text(f'{text[:roster]}[[roster]]\nmethod = "random"\n', encoding="utf-8")
    ranking = rules()
    status, out, err = monas("run", tiny, ranking, "--workers", 1)
    assert status == 0, err
    assert f"{tiny}: 2 runs done, 0 failed" in out
    assert f"{ranking}: 4 runs done, 0 failed" in out
    status, out, err = monas("report", tiny, ranking, "--out", tmp_path / "out")
    assert status == 0, err
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "tiny v1" in index
    assert "small-ranking v1" in index
