"""What the operating system refuses: one line with the way out, never a traceback."""

from __future__ import annotations

import os
import resource
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from method_bodies import RANDOM_BODY

COMMAND = [sys.executable, "-c", "from bench.cli import main; main()"]


@pytest.fixture
def process(tmp_path):
    """Run `monas` in a process of its own; return its status and the lines of its errors."""

    def call(*words, shell="", cwd=tmp_path, before=None):
        script = f'exec "$@" {shell}'
        done = subprocess.run(
            ["/bin/sh", "-c", script, "sh", *COMMAND, *map(str, words)],
            cwd=cwd,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            preexec_fn=before,
        )
        return done.returncode, done.stderr.splitlines()

    return call


@pytest.fixture
def played(process, tiny, method_file):
    """Play a small protocol; return the words of its report."""
    toy = method_file(RANDOM_BODY)
    status, errors = process("run", tiny, "--method", toy, "--repetitions", 2, "--workers", 1)
    assert status == 0, errors
    return "report", tiny, "--out", "report"


def small_files(limit):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def test_a_closed_output_is_one_line(process):
    line = "monas: standard output is closed; send it somewhere, such as to /dev/null"
    assert process("list", shell=">&-") == (2, [line])
    assert process("list", "--debug", shell=">&-")[1][-1] == line


def test_closed_errors_do_not_stop_a_command(process, tiny):
    assert process("list", shell="2>&-") == (0, [])
    assert process("protocol", "measure", "none.toml", shell="2>&-") == (2, [])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("words", [("list",), ("--version",), ("run", "--help")])
def test_a_full_disk_behind_the_output_is_one_line(process, words):
    assert process(*words, shell=">/dev/full") == (
        1,
        ["monas: the output cannot be written: No space left on device; free space on that disk"],
    )


def test_a_reader_that_leaves_ends_the_command_in_silence(tmp_path):
    for words in (["list", "methods", "--settings"], ["--version"]):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [*COMMAND, *words], stdout=writing, stderr=subprocess.PIPE, cwd=tmp_path, check=False
        )
        os.close(writing)
        assert (done.returncode, done.stderr) == (1, b"")


def test_a_report_on_a_full_disk_is_one_line_and_leaves_no_part(process, played, tmp_path):
    status, errors = process(*played, before=small_files(4000))
    assert status == 2
    assert len(errors) == 1
    assert errors[0].startswith("monas: cannot write report/tiny-")
    assert "File too large; raise the limit on the size of files" in errors[0]
    assert errors[0].endswith("or choose another folder with --out")
    files = [path for path in (tmp_path / "report").rglob("*") if path.is_file()]
    assert all(path.stat().st_size < 4000 for path in files)
    assert not [path for path in files if path.suffix == ".part"]


@pytest.mark.parametrize("megabytes", [300, 500])
def test_too_little_memory_is_one_line(process, played, megabytes):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1_000_000,) * 2)

    status, errors = process(*played, before=limit)
    if status:
        assert errors[-1].startswith("monas: out of memory; free memory, or use fewer processes")
    assert "Traceback" not in "\n".join(errors)


def test_few_descriptors_are_enough(process, tiny, method_file):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    toy = method_file(RANDOM_BODY)
    words = ("run", tiny, "--method", toy, "--repetitions", 2, "--workers", 2)
    status, errors = process(*words, before=limit)
    assert status == 0, errors
    assert process("report", tiny, before=limit)[0] == 0


def test_a_run_on_a_full_disk_is_one_failure_and_continues(process, tiny, method_file, tmp_path):
    words = ("run", tiny, "--method", method_file(RANDOM_BODY), "--repetitions", 1, "--workers", 1)
    status, errors = process(*words, before=small_files(1500))
    assert status == 1
    said = "\n".join(errors)
    assert "File too large; raise the limit on the size of files (`ulimit -f`), or choose" in said
    assert "Traceback" not in said
    assert "unexpected" not in said
    assert process(*words)[0] == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_line(process, played, tmp_path):
    (tmp_path / "report").mkdir(mode=0o500)
    status, errors = process(*played)
    assert (status, len(errors)) == (2, 1)
    assert "Permission denied; change its permissions, or choose another folder" in errors[0]


def test_a_file_in_place_of_a_folder_is_one_line(process, played, tmp_path):
    (tmp_path / "report").write_bytes(b"")
    status, errors = process(*played[:-1], tmp_path / "report" / "deeper")
    assert (status, len(errors)) == (2, 1), errors
    assert "Not a directory" in errors[0]


@pytest.mark.parametrize("words", [("run", "nb201-digits"), ("report", "nb201-digits")])
def test_a_removed_folder_is_one_line(process, tmp_path, words):
    def leave():
        os.mkdir("gone")
        os.chdir("gone")
        os.rmdir("../gone")

    status, errors = process(*words, before=leave)
    lines = [line for line in errors if not line.startswith("sh: ")]  # of the shell itself
    assert status == (2 if words[0] == "run" else 1)
    assert len(lines) == 1, errors
    assert lines[0].startswith("monas: ")


def test_names_that_are_too_long_or_no_text_are_one_line(process, played):
    report, tiny, *_ = played
    status, errors = process(report, tiny, "--out", "a" * 300)
    assert (status, len(errors)) == (2, 1)
    assert "File name too long; choose a shorter name" in errors[0]
    status, errors = process("run", "a" * 300)
    assert (status, len(errors)) == (2, 1)
    status, errors = process(
        "protocol", "measure", b"no\xff\n\x1b[2Jtext.toml".decode(errors="surrogateescape")
    )
    assert (status, len(errors)) == (2, 1)
    assert "no\\udcff \\x1b[2Jtext.toml" in errors[0]
    status, errors = process(report, tiny, "--out", b"out\xff".decode(errors="surrogateescape"))
    assert status == 0, errors


def test_links_in_a_report_are_replaced_and_not_followed(process, played, tmp_path):
    assert process(*played)[0] == 0
    kept = tmp_path / "kept"
    kept.write_bytes(b"not of the report")
    links = [path for path in (tmp_path / "report").rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in links}
    assert {path.suffix for path in links} >= {".csv", ".html", ".json", ".md", ".png", ".svg"}
    for path in links:
        path.unlink()
        path.symlink_to(kept)
    assert process(*played)[0] == 0
    assert kept.read_bytes() == b"not of the report"
    assert {path: path.read_bytes() for path in links} == before


def test_an_error_with_half_of_a_surrogate_pair_does_not_stop_a_report(
    process, tiny, method_file, played
):
    bad = method_file(
        "    def ask(self, n):\n        raise ValueError('odd \\ud800 text')\n\n"
        "    def tell(self, e):\n        pass",
        name="bad",
    )
    status, errors = process("run", tiny, "--method", bad, "--repetitions", 1, "--workers", 1)
    assert status == 1
    assert "odd \\ud800 text" in "\n".join(errors)
    status, errors = process(*played)
    assert status == 0, errors
    text = next(Path(tiny).parent.glob("report/tiny-*/report.md")).read_text(encoding="utf-8")
    assert "odd" in text


def test_advice_can_be_pasted_into_a_shell(monas, tiny, tmp_path):
    odd = tmp_path / "it's mine; rm -rf x"
    odd.mkdir()
    moved = tiny.rename(odd / "a b.toml")
    status, _, err = monas("report", moved, "--results", odd)
    assert status == 1
    advice = err[err.index("`") + 1 : err.rindex("`")]
    assert shlex.split(advice) == ["monas", "run", str(moved), "--results", str(odd)]
    status, _, err = monas("report", "--results", odd)
    assert (status, f"`monas run nb201-digits --results {shlex.quote(str(odd))}`" in err) == (
        2,
        True,
    )
