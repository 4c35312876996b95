"""Common fixtures: folders of real tables, files of toy methods, and the command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from method_bodies import RANDOM_BODY

settings.register_profile("suite", deadline=None, max_examples=60)
settings.load_profile("suite")

pytest_plugins = ["small_protocols", "small_rankings"]

ROOT = Path(__file__).resolve().parent.parent

# Published tables in a folder beside the checkout are used; all tests pass without them.
if "MONAS_DATA" not in os.environ and (ROOT.parent / "shared" / "data").is_dir():
    os.environ["MONAS_DATA"] = str(ROOT.parent / "shared" / "data")


def pytest_addoption(parser):
    parser.addoption(
        "--mutations", type=int, default=300, help="Number of changed journals that are read."
    )


@pytest.fixture(scope="session")
def real_tables() -> Path:
    """Return the folder of published tables; tests that need it are skipped without."""
    folder = Path(os.environ.get("MONAS_DATA", "nowhere"))
    if not (folder / "nb201.parquet").exists():
        pytest.skip("no published tables on this machine (set MONAS_DATA)")
    return folder


@pytest.fixture(scope="session")
def real_originals(real_tables: Path) -> Path:
    """Return the folder of their original files; tests that need it are skipped without."""
    if not (real_tables / "raw").is_dir():
        pytest.skip("no original files of published tables on this machine")
    return real_tables / "raw"


@pytest.fixture
def method_file(tmp_path: Path):
    """Write a method class into a file; return its `file.py:Class`."""

    def write(body: str, name: str = "toy") -> str:
        path = tmp_path / f"{name}.py"
        path.write_text(
            "import itertools, time\n"
            "import numpy as np\n"
            "from bench.method import Candidate, Method, candidates\n\n\n"
            f"class Toy(Method):\n    name = {name!r}\n\n{body}\n",
            encoding="utf-8",
        )
        return f"{path}:Toy"

    return write


@pytest.fixture
def toy(method_file):
    """Write random search into a file; return its `file.py:Class`."""
    return method_file(RANDOM_BODY)


@pytest.fixture
def monas(capsys, monkeypatch, tmp_path):
    """Run `monas` in an empty folder; return its exit status and what it printed."""
    from bench.cli import main

    monkeypatch.chdir(tmp_path)

    def call(*words):
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    return call
