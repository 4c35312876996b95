"""Cost of stored estimates, runs without initial designs, and runs that end early."""

from __future__ import annotations

import json

import numpy as np
import pytest
from playing import rewritten, run

from bench.data import load_table
from bench.entrants.method import find_method
from bench.errors import JournalError
from bench.protocol import load_search_protocol
from bench.results.search import load_search_results
from bench.runs.journal_file import read_journal
from bench.seeds import stream

METHOD = """
from dataclasses import replace
from pathlib import Path
import numpy as np
from bench.method import Method, candidates

FLAG = Path(__file__).with_name("flag")

class Costly(Method):
    name = "costly"

    def ask(self, n):
        if self.problem.evaluations_left <= 2:
            return []
        cells = self.problem.space.sample(self.problem.rng, 50)
        scores = self.problem.estimate("size", cells)
        self.problem.estimate("size", cells)
        return candidates(cells[np.argsort(-scores)[:n]])

    def tell(self, evaluations):
        pass

class Curious(Costly):
    name = "curious"

    def ask(self, n):
        asked = super().ask(n)
        if not asked:
            self.problem.estimate("size", self.problem.space.enumerate()[:100])
        return asked

class Afterwards(Costly):
    name = "afterwards"

    def tell(self, evaluations):
        self.problem.estimate("size", self.problem.space.enumerate()[:100])

class Fickle(Costly):
    name = "fickle"

    def ask(self, n):
        return [] if FLAG.exists() else super().ask(n)

class Copying(Costly):
    name = "costly"

    def __init__(self, problem):
        super().__init__(replace(problem))
        self.given = problem

    def ask(self, n):
        self.problem.evaluations_left = self.given.evaluations_left
        return super().ask(n)

class Forgetful(Costly):
    name = "forgetful"

    def tell(self, evaluations):
        self.problem.estimate_seconds = 0.0

class Lazy(Costly):
    name = "lazy"

    def ask(self, n):
        return []
"""

ESTIMATE = """
[[task.estimates]]
name = "size"
table = {{ name = "nb201-digits", content_sha256 = "{digest}" }}
scores = "params"
seconds = "train_seconds"

[normalisation]"""


@pytest.fixture
def with_estimate(small_protocol_file, tmp_path):
    text = small_protocol_file.read_text(encoding="utf-8")
    digest = load_table("nb201-digits").content_sha256
    text = text.replace("[normalisation]", ESTIMATE.format(digest=digest).lstrip())
    text = text.replace("initial = 10", "initial = 0\nat_most = true")
    text = text.replace("evaluations = 42", "evaluations = 12").replace("batch = 5", "batch = 10")
    text = text.replace('indicators = ["', 'indicators = ["selected", "')
    path = tmp_path / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def costly(tmp_path):
    file = tmp_path / "methods_of_this_test.py"
    file.write_text(METHOD, encoding="utf-8")
    return lambda name: find_method(f"{file}:{name}")


def played(path, found, folder):
    protocol = load_search_protocol(str(path))
    return protocol, run(protocol, protocol.task(), found, 0, folder)


def test_an_estimate_is_charged_once_and_a_run_may_end_early(with_estimate, costly, tmp_path):
    protocol, outcome = played(with_estimate, costly("Costly"), tmp_path)
    assert outcome.status == "done", outcome.error
    (result,) = load_search_results(protocol, tmp_path).runs
    assert len(result.score) == 10  # of twelve; then it asks for nothing
    assert len(result.trace) == 12
    assert result.trace[-1] == result.trace[9]
    rng = stream(*protocol.method_stream_name("costly", 0))
    space = protocol.task().space
    cells = np.unique(space.sample(rng, 50), axis=0)
    table = load_table("nb201-digits")
    row = {index: i for i, index in enumerate(table.column("index").tolist())}
    seconds = [
        table.column("train_seconds")[row[i]] for i in space.index(space.canonical(cells)).tolist()
    ]
    assert result.estimate_seconds == pytest.approx(sum(map(float, seconds)), rel=1e-6)
    frame = load_search_results(protocol, tmp_path).frame()
    spent = float(result.cost_seconds.sum()) + result.estimate_seconds
    assert frame.simulated_seconds[0] == pytest.approx(spent)
    best = result.search[:, 0].argmin()
    scores = protocol.task().score(space.check([result.journal.architectures[best]]))
    assert frame.selected_error[0] == pytest.approx(scores[0, 0])


def test_a_continued_run_is_charged_the_same(with_estimate, costly, tmp_path):
    _, outcome = played(with_estimate, costly("Costly"), tmp_path)
    whole = read_journal(outcome.path)
    lines = outcome.path.read_bytes().splitlines(keepends=True)
    for kept in (1, 2):
        outcome.path.write_bytes(b"".join(lines[:kept]))
        played(with_estimate, costly("Costly"), tmp_path)
        again = read_journal(outcome.path)
        assert [b.estimate_seconds for b in again.batches] == [
            b.estimate_seconds for b in whole.batches
        ]


def test_wrong_seconds_in_a_journal_are_found(with_estimate, costly, tmp_path):
    _, outcome = played(with_estimate, costly("Costly"), tmp_path)
    journal = read_journal(outcome.path)
    outcome.path.unlink()
    with rewritten(outcome.path) as out:
        out.append(journal.header)
        out.append(journal.batches[0].model_copy(update={"estimate_seconds": 1.0}))
    with pytest.raises(JournalError, match="1 seconds of estimates are recorded, those of this"):
        played(with_estimate, costly("Costly"), tmp_path)


@pytest.mark.parametrize("name", ["Curious", "Afterwards"])
def test_estimates_after_the_last_batch_are_charged(with_estimate, costly, name, tmp_path):
    """A journal that is cut anywhere continues to the same charges."""
    protocol, outcome = played(with_estimate, costly(name), tmp_path)
    assert outcome.status == "done", outcome.error
    journal = read_journal(outcome.path)
    asked, last = journal.batches
    assert (len(asked.architectures), last.architectures, last.number) == (10, (), 1)
    assert last.estimate_seconds > asked.estimate_seconds
    assert journal.end.evaluations == 10
    (result,) = load_search_results(protocol, tmp_path).runs
    assert result.estimate_seconds == last.estimate_seconds
    assert load_search_results(protocol, tmp_path).frame().evaluations[0] == 10
    lines = outcome.path.read_bytes().splitlines(keepends=True)
    for kept in range(1, len(lines)):
        outcome.path.write_bytes(b"".join(lines[:kept]))
        played(with_estimate, costly(name), tmp_path)
        again = read_journal(outcome.path)
        assert [(b.number, b.architectures, b.estimate_seconds) for b in again.batches] == [
            (b.number, b.architectures, b.estimate_seconds) for b in journal.batches
        ]
        assert again.end == journal.end


def test_the_runner_counts_the_cost_of_estimates(with_estimate, costly, tmp_path):
    _, plain = played(with_estimate, costly("Costly"), tmp_path / "plain")
    _, copied = played(with_estimate, costly("Copying"), tmp_path / "copied")
    assert [b.estimate_seconds for b in read_journal(copied.path).batches] == [
        b.estimate_seconds for b in read_journal(plain.path).batches
    ]
    _, outcome = played(with_estimate, costly("Forgetful"), tmp_path)
    assert outcome.status == "failed"
    assert "property 'estimate_seconds' of 'Problem' object has no setter" in outcome.error


def test_a_run_that_ends_before_its_journal_is_refused(with_estimate, costly, tmp_path):
    text = with_estimate.read_text(encoding="utf-8").replace("batch = 10", "batch = 5")
    with_estimate.write_text(text, encoding="utf-8")
    _, outcome = played(with_estimate, costly("Fickle"), tmp_path)
    lines = outcome.path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 4  # header, two batches, end
    kept = b"".join(lines[:3])
    outcome.path.write_bytes(kept)
    (tmp_path / "flag").touch()
    with pytest.raises(
        JournalError, match=r"line 2: fickle does not repeat .* went on here, now f"
    ):
        played(with_estimate, costly("Fickle"), tmp_path)
    assert outcome.path.read_bytes() == kept


def test_a_run_needs_an_evaluation(with_estimate, costly, tmp_path):
    _, outcome = played(with_estimate, costly("Lazy"), tmp_path)
    assert outcome.status == "failed"
    assert "asked for nothing with 12 of 12 evaluations left" in outcome.error


def test_a_protocol_without_estimates_has_none(small_protocol, small_task, costly, tmp_path):
    outcome = run(small_protocol, small_task, costly("Costly"), 0, tmp_path)
    assert outcome.status == "failed"
    assert "this protocol has no estimate 'size'; it has none" in outcome.error


def test_an_exact_budget_must_be_spent(with_estimate, costly, tmp_path):
    exact = with_estimate.read_text(encoding="utf-8").replace("at_most = true", "")
    with_estimate.write_text(exact, encoding="utf-8")
    _, outcome = played(with_estimate, costly("Costly"), tmp_path)
    assert outcome.status == "failed"
    assert "asked for nothing with 2 of 12 evaluations left" in outcome.error


@pytest.mark.parametrize("method", ["random", "nsga2"])
def test_registered_methods_start_without_designs(with_estimate, method, tmp_path):
    _, outcome = played(with_estimate, find_method(method), tmp_path)
    assert outcome.status == "done", outcome.error


def test_journals_record_the_cost_of_estimates(with_estimate, costly, tmp_path):
    _, outcome = played(with_estimate, costly("Costly"), tmp_path)
    line = json.loads(outcome.path.read_text(encoding="utf-8").splitlines()[1])
    assert line["estimate_seconds"] > 0
