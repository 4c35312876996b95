"""`monas data`, and messages about missing tables."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def empty_data_folder(monkeypatch, tmp_path):
    """Let tables be in a folder that is empty at first."""
    monkeypatch.setenv("MONAS_DATA", str(tmp_path / "data"))


def test_status_names_the_command_that_installs_a_missing_table(monas):
    status, out, _ = monas("data", "status")
    assert status == 0
    assert "nb201: missing; install it with `monas data fetch nb201` or `monas data import" in out
    assert "nb201-mote: missing; install it with `monas data import nb201-mote PATH`" in out


def test_status_of_a_damaged_table_is_1(monas, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "nbmacro_cifar10.parquet").write_bytes(b"not parquet")
    status, out, _ = monas("data", "status")
    assert status == 1
    assert "nbmacro: damaged. table 'nbmacro' cannot be read from" in out
    status, _, err = monas("data", "verify")
    assert status == 1
    assert "install it again with `monas data fetch nbmacro`" in err


def test_fetch_verify_run_and_report_from_a_mirror(monas, real_originals, tmp_path):
    status, out, err = monas("data", "fetch", "nbmacro", "--mirror", real_originals)
    assert status == 0, err
    assert out.startswith("nbmacro: ok, 6,561 rows, ")
    assert "licence Apache-2.0; cite " in out
    status, out, _ = monas("data", "verify")
    assert status == 0
    assert "WRONG" not in out
    assert "93.1267" in out
    words = ("run", "nbmacro", "--method", "random", "--repetitions", 2, "--workers", 1)
    status, out, err = monas(*words)
    assert status == 0, err
    assert "on nbmacro" in err
    status, out, err = monas("report")
    assert status == 0, err
    (tmp_path / "data" / "nbmacro_cifar10.parquet").unlink()
    status, out, err = monas("report")
    assert status == 2
    assert "nbmacro skipped: table 'nbmacro' is not on this machine" in err


def test_verify_names_wrong_values(monas, monkeypatch, real_originals):
    monas("data", "fetch", "nbmacro", "--mirror", real_originals)
    from bench.data.facts.checking import FactResult

    wrong = FactResult("best of all", 94.0, 93.0, ok=False)
    unchecked = FactResult("beside another table", 1, None, ok=None)
    monkeypatch.setattr(
        "bench.data.facts.checking.check_facts", lambda table, load: [wrong, unchecked]
    )
    status, out, _ = monas("data", "verify", "nbmacro")
    assert status == 1
    assert "best of all: WRONG: found 93.0, expected 94.0" in out
    assert "beside another table: not checked, it needs a table that is not on this" in out


def test_import_names_the_installed_file(monas, real_originals):
    status, out, err = monas("data", "import", "nbmacro", real_originals)
    assert status == 0, err
    assert out.startswith("nbmacro: ok, ")


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("data", "fetch", "nb2"), 2, "unknown table 'nb2': expected one of nb201-digits, nb201-d"),
        (("data", "fetch", "nb201", "--mirror", "."), 1, "the mirror has no help_nasbench201/str_"),
        (("data", "import", "nb201", "nowhere"), 2, "nothing to import: nowhere does not exist"),
        (("data", "verify", "nb201"), 1, "table 'nb201' is not on this machine: expected "),
        (("run", "nb201-cifar10"), 1, "install it with `monas data fetch nb201` or `monas data im"),
        (("run", "C-10/MOP5"), 1, "install them with `monas data fetch nb201 nb201-hw`"),
    ],
)
def test_wrong_calls_have_one_clear_line(monas, words, status, message):
    found, _, err = monas(*words)
    assert found == status
    (line,) = [line for line in err.strip().splitlines() if line.startswith("monas: ")]
    assert message in line


def test_protocols_without_tables_can_be_skipped(monas):
    status, out, err = monas("run", "nb201-cifar10", "--if-here")
    assert status == 0
    assert "nb201-cifar10 skipped: table 'nb201' is not on this machine" in err
    assert "nothing to do: no protocol's tables are on this machine" in out
    words = ("run", "nb201-cifar10", "nb201-digits", "--if-here", "--method", "random")
    status, out, err = monas(*words, "--repetitions", 1, "--workers", 1)
    assert status == 0
    assert "on nb201-digits" in err
    assert "nb201-digits: 1 runs done, 0 failed" in out
