"""`monas claims` on the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playing import run

from bench.errors import RunInterrupted
from bench.protocol import load_search_protocol
from reports.claims import load_paper


def test_all_papers_without_results(monas):
    status, out, err = monas("claims")
    assert (status, err) == (0, "")
    assert "efficiency-qehvi-own-curves: CANNOT BE RIGHT AS PRINTED" in out
    assert "imagenet: OUT OF REACH HERE" in out
    assert "better-qehvi: NO RESULTS" in out
    count = len(load_paper("lamoo").claims)
    assert re.search(rf"^lamoo: .*no results \d+, of {count} claims$", out, re.MULTILINE)


def test_an_unknown_paper_is_a_wrong_call(monas):
    status, out, err = monas("claims", "--paper", "nobody")
    assert status == 2
    assert out == ""
    assert "monas: unknown paper 'nobody': expected one of " in err


def test_claims_of_runs_that_were_made(monas, real_tables, tmp_path):
    from bench.entrants.method import find_method

    protocol = load_search_protocol("lamoo-nb201")
    task = protocol.task()
    for repetition in range(6):
        run(protocol, task, find_method("random"), repetition, tmp_path / "results")
    status, out, err = monas("claims", "--paper", "lamoo", "--out", "page")
    assert (status, err) == (0, "")
    lines, said = out.splitlines(), " ".join(out.split())
    (start,) = [each for each in said.split(" published ") if each.startswith("-0.06 log10")]
    assert "start: REPRODUCED" in said
    assert "(measured from a figure); here " in start
    assert "  largest-hypervolume: NOT REPRODUCED" in lines
    assert "make them with: monas run lamoo-nb201 --method lamoo-qehvi --method qehvi" in out
    page = Path(next(line for line in lines if line.startswith("page: ")).removeprefix("page: "))
    assert page.is_absolute()
    assert "random search here" not in page.read_text(encoding="utf-8")
    assert (page.parent / "figures" / "curves-lamoo-nb201.png").is_file()


def test_files_name_no_folder_of_this_machine_but_the_terminal_does(monas, tmp_path):
    elsewhere = tmp_path / "kept"
    status, out, _ = monas("claims", "--results", elsewhere, "--out", "page")
    assert status == 0
    assert "--method qehvi" in out
    assert f"--method qehvi --results {elsewhere}" in " ".join(out.split())
    written = [p for p in (tmp_path / "page").rglob("*") if p.suffix in {".csv", ".html", ".md"}]
    assert len(written) >= 6
    for path in written:
        assert str(tmp_path) not in path.read_text(encoding="utf-8"), path


def test_unfinished_runs_are_no_results(monas, real_tables, tmp_path):
    from bench.entrants.method import find_method

    protocol = load_search_protocol("lamoo-nb201")
    stopped = [False, False, True]
    with pytest.raises(RunInterrupted):
        run(
            protocol,
            protocol.task(),
            find_method("random"),
            0,
            tmp_path / "results",
            stopped=lambda: stopped.pop(0),
        )
    status, out, err = monas("claims", "--paper", "lamoo")
    assert (status, err) == (0, "")
    assert "start: NO RESULTS" in out
    assert "no finished run under lamoo-nb201 v1" in " ".join(out.split())
