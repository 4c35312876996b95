"""Journals of the first schema, of every released protocol, give the same numbers as before."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from playing import planned, reseal

from bench.errors import JournalError
from bench.protocol import load_protocol, released_protocols
from bench.results import SearchResults, load_results
from bench.runs.journal_file import read_journal
from bench.runs.sweep import perform

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "schema-1"


@pytest.fixture(scope="session")
def recorded(tmp_path_factory) -> Path:
    """Return a folder of results with journals that were written before the second schema."""
    folder = tmp_path_factory.mktemp("schema-1")
    with ZipFile(FIXTURE / "journals.zip") as archive:
        archive.extractall(folder)
    return folder


def test_there_are_journals_of_every_protocol(recorded):
    assert {path.stem for path in (FIXTURE / "expected").glob("*.csv")} <= {*released_protocols()}
    assert {path.name for path in recorded.iterdir()} <= {*released_protocols()}


@pytest.mark.parametrize("name", [path.stem for path in sorted((FIXTURE / "expected").iterdir())])
def test_the_numbers_are_the_same_as_before(name, recorded, request):
    protocol = load_protocol(name)
    if not name.startswith(("nb201-digits", "kendall-digits", "lamoo-branin", "lamoo-vehicle")):
        request.getfixturevalue("real_tables")
        protocol.require_tables()
    results = load_results(protocol, recorded)
    text = (FIXTURE / "expected" / f"{name}.csv").read_text(encoding="utf-8")
    expected = pd.read_csv(StringIO(text))
    found = pd.read_csv(StringIO(results.frame().to_csv(index=False, float_format="%.17g")))
    new = {"source_sha256", "status"}  # columns, and rows of runs that failed
    assert [name for name in found.columns if name not in new] == list(expected.columns)
    if "status" in found.columns:
        found = found[found["status"] == "done"].reset_index(drop=True)
    # objectives that are computed may differ in the last digit on another processor
    pd.testing.assert_frame_equal(
        found[expected.columns],
        expected,
        check_exact=False,
        check_dtype=False,
        rtol=1e-9,
        atol=1e-9,
    )
    assert isinstance(results, SearchResults) or not results.unfinished


def test_the_status_of_runs_is_read(recorded):
    results = load_results(load_protocol("nb201-digits"), recorded)
    failed = {run.method: (run.status, run.error) for run in results.runs if run.failed}
    ended = failed | {each.label: (each.status, each.error) for each in results.unfinished}
    assert ended == {
        "lamoo-cmaes": ("timeout", "not finished after 0.2 seconds"),
        "local-search": ("unfinished", "it was stopped"),
        "toy": ("failed", "ask(5) of toy raised: RuntimeError: as planned"),
    }


def test_finished_runs_are_outdated(recorded):
    plan = planned("nb201-digits", results=recorded, entrants=["random", "nsga2"], repetitions=1)
    assert plan.runs == ()
    assert [outcome.status for outcome in plan.ended["nb201-digits"]] == ["done", "done"]
    assert plan.outdated["nb201-digits"] == ("random", "nsga2")


def test_an_unfinished_run_is_not_continued(recorded):
    (run,) = planned(
        "nb201-digits", results=recorded, entrants=["local-search"], repetitions=1
    ).runs
    outcome = perform(run)
    assert (outcome.status, outcome.has_end) == ("failed", False)
    assert "made with schema_version = 1, now it is 2; run with --restart" in outcome.error


def test_subjects_of_variants_and_estimators_are_read(recorded):
    (variant,) = recorded.glob("lamoo-nb201/*/lamoo-random-cp-74/000.jsonl")
    header = read_journal(variant).header
    assert (header.subject.variant_of, header.spec) == ("lamoo-random", "lamoo-random")
    (column,) = recorded.glob("kendall-digits/*/validation-accuracy.jsonl")
    header = read_journal(column).header
    assert (header.subject.column, header.spec) == ("validation_accuracy_s0", None)
    (measured,) = recorded.glob("kendall-digits/*/params.jsonl")
    journal = read_journal(measured)
    assert journal.header.subject.device == "cpu"
    assert journal.end.evaluations == len(journal.architectures) == 100


def test_an_unknown_key_is_refused(recorded, tmp_path):
    (path,) = recorded.glob("nb201-digits/*/random/000.jsonl")
    header = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    header["colour"] = "red"
    forged = tmp_path / "000.jsonl"
    reseal(forged, [header])
    with pytest.raises(JournalError, match=r"line 1: colour: Extra inputs are not permitted"):
        read_journal(forged)
