"""The command line: exit status, one clear line per error, no traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from method_bodies import RANDOM_BODY
from playing import cut, rewritten

from bench.entrants.registry import _entry_points
from bench.players.cards import BASES
from bench.runs.journal_file import read_journal

ROOT = Path(__file__).resolve().parent.parent.parent


def one_line(err):
    lines = err.strip().splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("monas: ")
    return lines[0]


def test_run_and_report(monas, tiny, method_file, tmp_path):
    toy = method_file(RANDOM_BODY)
    status, out, err = monas("run", tiny, "--method", toy, "--workers", 1)
    assert status == 0, err
    assert f"{tiny}: 2 runs done, 0 failed" in out
    assert "runs: 2 of 2" in err
    status, out, _ = monas("run", tiny, "--method", toy)
    assert status == 0
    assert "nothing to do" in out
    status, out, err = monas("report", tiny, "--out", tmp_path / "report")
    assert status == 0, err
    index = Path(out.strip().removeprefix("report: "))
    assert index.is_absolute()
    assert "tiny" in index.read_text(encoding="utf-8")


def test_failed_runs_make_the_status_1(monas, tiny, method_file):
    bad = method_file(
        "    def ask(self, n):\n        return []\n\n    def tell(self, e):\n        pass"
    )
    status, out, err = monas("run", tiny, "--method", bad, "--workers", 1)
    assert status == 1
    assert "0 runs done, 2 failed" in out
    assert "toy repetition 0 failed: toy asked for nothing with 5 of 15 evaluations left" in err
    assert "then the same command with --retry-failed\n" in err
    method_file(RANDOM_BODY)
    status, out, err = monas("run", tiny, "--method", bad, "--workers", 1, "--retry-failed")
    assert (status, "2 runs done, 0 failed" in out) == (0, True), err


def test_a_run_that_cannot_be_continued_is_reported(monas, tiny, method_file):
    wild = method_file(RANDOM_BODY.replace("self.problem.rng", "np.random.default_rng()"))
    monas("run", tiny, "--method", wild, "--workers", 1, "--repetitions", 1)
    (path,) = Path("results").rglob("*.jsonl")
    cut(path)
    status, out, err = monas("run", tiny, "--method", wild, "--workers", 1, "--repetitions", 1)
    assert status == 1
    assert "0 runs done, 1 failed" in out
    assert "000.jsonl line 3: toy does not repeat this run" in err
    assert "unless a line names another way, the same command continues what has not ended" in err
    assert "--retry-failed" not in err
    status, _, _ = monas(
        "run", tiny, "--method", wild, "--workers", 1, "--repetitions", 1, "--restart"
    )
    assert status == 0


def test_a_report_of_all_skips_protocols_without_finished_runs(monas, tmp_path):
    words = ("--method", "random", "--repetitions", 1, "--workers", 1)
    monas("run", "nb201-digits", "lamoo-branin-currin", *words)
    (journal,) = Path("results/lamoo-branin-currin").rglob("*.jsonl")
    cut(journal)
    Path("results/nb201-digits-3obj/0123456789ab").mkdir(parents=True)
    for named in ((), ("nb201-digits", "nb201-digits-3obj", "lamoo-branin-currin", "--if-here")):
        status, out, err = monas("report", *named)
        assert status == 0, err
        assert out.startswith("report: ")
        assert "lamoo-branin-currin skipped: no finished run of lamoo-branin-currin v1" in err
        assert "nb201-digits-3obj skipped: no results of nb201-digits-3obj v1 (" in err
        assert "(there are results of other ids: 0123456789ab)" in err
    status, _, err = monas("report", "lamoo-branin-currin")
    assert status == 1
    assert one_line(err).startswith("monas: no finished run of lamoo-branin-currin")
    (journal,) = Path("results/nb201-digits").rglob("*.jsonl")
    forge(journal)
    status, _, err = monas("report")  # wrong results are an error
    assert status == 1
    assert "evaluation 0 records objectives" in err


def forge(path):
    """Change the first objective of a journal, with correct seals."""
    journal = read_journal(path)
    path.unlink()
    first = journal.batches[0]
    better = ((0.0, first.values[0][1]), *first.values[1:])
    batches = (first.model_copy(update={"values": better}), *journal.batches[1:])
    with rewritten(path) as writer:
        for line in (journal.header, *batches, journal.end):
            writer.append(line)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "nope"], "unknown protocol 'nope': expected one of evox-c10-mop5, "),
        (["run", "nb201-digits", "--method", "nope"], "unknown method 'nope': expected one of "),
        (["run", "nb201-digits", "--method", "gone.py:A"], "no such file: gone.py"),
        (["run", "nb201-digits", "--repetitions", "99"], "has 1 to 20 repetitions, got 99"),
        (
            ["run", "nb201-digits", "--restart", "--retry-failed"],
            "exclude each other: --restart ru",
        ),
        (["report"], "no results in results; make some with `monas run nb201-digits`"),
        (["table", "build", "nb201-digits", "--rows", "5"], "--rows 5: expected A:B with 0 <= A"),
        (
            ["table", "build", "nb201-digits", "--rows", "9:3"],
            "expected A:B with 0 <= A < B",
        ),
        (["protocol", "measure", "gone.toml"], "cannot read gone.toml: No such file"),
    ],
)
def test_wrong_calls(monas, words, message):
    if words[:2] == ["table", "build"]:
        pytest.importorskip("torch")
    status, out, err = monas(*words)
    assert status == 2
    assert message in one_line(err)
    assert out == ""


def test_a_broken_protocol_file_is_a_wrong_call(monas, tmp_path):
    (tmp_path / "broken.toml").write_text("name = [")
    status, _, err = monas("run", tmp_path / "broken.toml")
    assert status == 2
    assert "broken.toml is not TOML: " in one_line(err)


def test_a_folder_that_cannot_be_written_is_a_wrong_call(monas, tmp_path):
    (tmp_path / "file").write_text("in the way")
    status, _, err = monas("run", "nb201-digits", "--results", tmp_path / "file" / "below")
    assert status == 2
    assert "cannot write to " in one_line(err)
    assert "--results" in err


def test_a_run_can_have_no_time_limit(monas, tiny):
    words = ("run", tiny, "--method", "random", "--repetitions", 1, "--workers", 1, "--timeout")
    status, _, err = monas(*words, "nan")
    assert status == 2
    assert "Invalid value for '--timeout': nan is no number of seconds" in err
    status, out, err = monas(*words, "inf")
    assert status == 0, err
    assert "1 runs done, 0 failed" in out


def test_an_error_of_the_operating_system_is_one_line(monas, tiny):
    monas("run", tiny, "--method", "random", "--repetitions", 1, "--workers", 1)
    (journal,) = Path("results").resolve().rglob("*.jsonl")
    journal.unlink()
    journal.mkdir()
    said = f"{journal.name} is a folder; expected a regular file: move it away"
    for words in (("run", tiny, "--restart"), ("report", tiny)):
        status, _, err = monas(*words)
        assert status == 1
        assert said in one_line(err.splitlines()[-1])
    status, out, err = monas("run", tiny, "--method", "random")
    assert status == 1
    assert "1 runs done, 1 failed" in out  # the other run is not concerned
    assert said in err


def test_an_entrant_that_cannot_be_loaded_is_reported(monas, monkeypatch, tmp_path, request):
    info = tmp_path / "rival-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rival\nVersion: 1.0\n", "utf-8")
    groups = "".join(f"[monas.{kind}s]\nbroken = nowhere:Broken\n" for kind in BASES)
    (info / "entry_points.txt").write_text(groups, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    _entry_points.cache_clear()
    request.addfinalizer(_entry_points.cache_clear)
    for kind, name in (("method", "random"), ("estimator", "tse")):
        status, out, _ = monas("list", f"{kind}s")
        assert status == 0
        assert f"broken\n    {kind} 'broken' cannot be loaded: ModuleNotFoundError: No modu" in out
        assert f"{name}  (version 1" in out
    status, _, err = monas("run", "nb201-digits", "--method", "broken")
    assert status == 2
    assert "'nowhere'; it is registered as nowhere:Broken: fix or uninstall" in one_line(err)


def test_files_without_a_method_are_wrong_calls(monas, tmp_path):
    for number, (body, message) in enumerate(
        (
            ("raise OSError('no')", "cannot be imported: OSError: no"),
            ("raise SystemExit(0)", "cannot be imported: SystemExit: 0"),
            ("X = 3", "has no class 'Toy'"),
            ("class Toy: pass", "is not a method: expected a subclass of bench.method.Method"),
            ("from bench.method import Method\nclass Toy(Method): pass", "is not a method"),
        )
    ):
        # A new file each time: Python may use the bytecode of one that changed within a second.
        file = tmp_path / f"m{number}.py"
        file.write_text(body)
        status, _, err = monas("run", "nb201-digits", "--method", f"{file}:Toy")
        assert status == 2
        assert message in one_line(err)


def test_a_damaged_table_is_reported(monas, monkeypatch, tmp_path):
    from bench.data import catalogue_entry

    entry = catalogue_entry("nb201-digits")
    content = bytearray(entry.path.read_bytes())
    content[5000] ^= 1
    (tmp_path / "t.parquet").write_bytes(content)
    monkeypatch.setattr(type(entry), "path", property(lambda _: tmp_path / "t.parquet"))
    status, out, _ = monas("data", "status")
    assert status == 1
    assert "nb201-digits: damaged." in out
    status, _, err = monas("protocol", "measure", ROOT / "protocols" / "nb201-digits.toml")
    assert status == 1
    assert "is damaged" in one_line(err)


def test_debug_shows_the_traceback(monas):
    status, _, err = monas("run", "nope", "--debug")
    assert status == 2
    assert "Traceback" in err


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("protocols", "nb201-digits v1 ("),
        ("methods", "pareto-nash-tab"),
        ("methods", "qehvi  (version 1; needs monas-bench[bo])"),
        ("estimators", "nwot  (version 1; needs networks, monas-bench[train])"),
        ("tasks", "minimise error"),
        ("data", "install it with `monas table build nb201-digits`"),
    ],
)
def test_lists(monas, what, text):
    status, out, err = monas("list", what)
    assert (status, err) == (0, "")
    assert text in out


def test_every_default_has_its_origin(monas):
    _, out, _ = monas("list", "methods", "--settings")
    settings = [line for line in out.splitlines() if line.startswith("      ")]
    assert len(settings) > 20
    for line in settings:
        assert any(f"[{mark}] " in line for mark in ("paper", "released code", "ours")), line


def test_data_status(monas):
    status, out, _ = monas("data", "status")
    assert status == 0
    assert out.startswith("nb201-digits: ok, 6,466 rows")


def test_measure_prints_the_constants_of_the_protocol(monas):
    path = ROOT / "protocols" / "nb201-digits.toml"
    status, out, _ = monas("protocol", "measure", path)
    assert status == 0
    for line in out.strip().splitlines()[1:]:
        assert line in path.read_text(encoding="utf-8")
    status, out, _ = monas("protocol", "lock", path)
    assert out in (path.parent / "LOCK").read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["list", "--help"]])
def test_help_imports_nothing_heavy(words, tmp_path):
    program = (
        "import sys\n"
        "from bench.cli import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit as left:\n    assert left.code == 0\n"
        "heavy = {'torch', 'pandas', 'matplotlib', 'sklearn', 'scipy', 'pymoo', 'pyarrow', 'numpy',"
        " 'pydantic'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or None)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Usage: monas" in done.stdout
