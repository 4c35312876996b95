"""Runs over boxes: floats in the journal, continued runs, errors, results and reports."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from method_bodies import RANDOM_BODY
from playing import content, planned, reseal, run

from bench.entrants.method import find_method
from bench.errors import CallError, JournalError, MethodError, ResultsError
from bench.indicators import hypervolume
from bench.method import Method, Problem
from bench.protocol import load_search_protocol
from bench.results.search import load_search_results
from bench.runs.journal_file import read_journal
from bench.seeds import stream
from reports import build_report

ROOT = Path(__file__).resolve().parent.parent.parent
SPACES = '    spaces = ("box",)\n'


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Branin-Currin with 27 evaluations and 3 repetitions."""
    text = (ROOT / "protocols" / "lamoo-branin-currin.toml").read_text(encoding="utf-8")
    text = text.replace('name = "lamoo-branin-currin"', 'name = "small-box"', 1)
    text = text.replace("evaluations = 100", "evaluations = 27")
    text = text.replace("repetitions = 20", "repetitions = 3")
    path = tmp_path_factory.mktemp("protocol") / "small-box.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def protocol(small):
    return load_search_protocol(str(small))


@pytest.fixture(scope="module")
def task(protocol):
    return protocol.task()


@pytest.fixture
def toy(method_file):
    return method_file(SPACES + RANDOM_BODY)


# -- the journal -----------------------------------------------------------------------------------


def test_floats_are_read_exactly(protocol, task, toy, tmp_path):
    outcome = run(protocol, task, find_method(toy), 0, tmp_path)
    assert outcome.status == "done", outcome.error
    journal = read_journal(outcome.path)
    assert len(journal.architectures) == 27
    assert {type(value) for row in journal.architectures for value in row} == {float}
    found = find_method(toy)
    rng = stream(*protocol.method_stream_name("toy", 0))
    asked = [task.space.sample(rng, n) for n in (5, 5, 5, 2)]
    expected = np.concatenate([protocol.initial_designs(task.space, 0), *asked])
    assert found.name == "toy"
    assert task.space.check(journal.architectures).tobytes() == expected.tobytes()


def test_numbers_of_a_box_are_floats_and_categories_are_integers(
    protocol, task, small_protocol, small_task, method_file, tmp_path
):
    corner = method_file(
        SPACES + "    def ask(self, n):\n        return [Candidate((1, 0))] * n\n"
        "    def tell(self, evaluations):\n        pass"
    )
    outcome = run(protocol, task, find_method(corner), 0, tmp_path)
    assert '"architectures":[[1.0,0.0],[1.0,0.0],' in outcome.path.read_text()
    assert read_journal(outcome.path).batches[1].architectures[0] == (1.0, 0.0)
    finite = method_file(RANDOM_BODY, "finite")
    outcome = run(small_protocol, small_task, find_method(finite), 0, tmp_path)
    assert {type(v) for row in read_journal(outcome.path).architectures for v in row} == {int}


def test_a_journal_cut_at_any_line_continues_to_the_same_lines(protocol, task, toy, tmp_path):
    whole = run(protocol, task, find_method(toy), 0, tmp_path)
    reference, data = content(whole.path), whole.path.read_bytes()
    ends = [i + 1 for i, byte in enumerate(data) if byte == ord("\n")]
    for cut in (0, *ends, *(end - 9 for end in ends), ends[1] + 40):
        whole.path.write_bytes(data[:cut])
        assert run(protocol, task, find_method(toy), 0, tmp_path).status == "done"
        assert content(whole.path) == reference


def test_a_difference_in_the_last_bit_is_refused(protocol, task, method_file, tmp_path):
    body = SPACES + RANDOM_BODY
    outcome = run(protocol, task, find_method(method_file(body)), 0, tmp_path)
    lines = [json.loads(line) for line in outcome.path.read_text().splitlines()]
    shaken = body.replace(
        "return candidates(self.problem.space.sample(self.problem.rng, n))",
        "return candidates(np.nextafter(self.problem.space.sample(self.problem.rng, n), 0.5))",
    )
    assert shaken != body
    spec = method_file(shaken)
    lines[0]["subject"]["source_sha256"] = find_method(spec).source_sha256()
    reseal(outcome.path, lines[:-1])
    with pytest.raises(JournalError, match=r"line 3: toy does not repeat this run: candidate 0"):
        run(protocol, task, find_method(spec), 0, tmp_path)


# -- errors ----------------------------------------------------------------------------------------

ILLEGAL = {
    "[0.5, 1.5]": r"point \[0.5, 1.5\] has 1.5 for 'x1' \(variable 1\); expected 0 to 1",
    "[-1e-9, 0.5]": "has -1e-09 for 'x0'",
    "[float('nan'), 0.5]": "has nan for 'x0'",
    "[0.5, float('inf')]": "has inf for 'x1'",
    "[0.5]": r"expected points of shape \[n, 2\], got \[1, 1\]",
    "['a', 'b']": "expected real numbers",
}


@pytest.mark.parametrize("point", ILLEGAL)
def test_a_point_outside_the_box_ends_the_run(point, protocol, task, method_file, tmp_path):
    spec = method_file(
        f"{SPACES}    def ask(self, n):\n        return [Candidate(tuple({point}))]\n"
        "    def tell(self, evaluations):\n        pass"
    )
    outcome = run(protocol, task, find_method(spec), 0, tmp_path)
    assert outcome.status == "failed"
    assert re.search(f"toy asked for an illegal architecture: .*{ILLEGAL[point]}", outcome.error)
    assert len(read_journal(outcome.path).architectures) == 10


def test_a_method_for_finite_spaces_is_refused(small, protocol, task, method_file, tmp_path):
    message = (
        "method '(toy|local-search)' searches finite spaces, and that of small-box is a box; "
        "choose another method"
    )
    with pytest.raises(CallError, match=message):
        run(protocol, task, find_method(method_file(RANDOM_BODY)), 0, tmp_path / "a")
    for name in (method_file(RANDOM_BODY), "local-search"):
        with pytest.raises(CallError, match=message):
            planned(small, results=tmp_path / "a", entrants=["random", name])
    assert not (tmp_path / "a").exists()


def test_a_method_for_boxes_is_refused_on_a_finite_space(small_protocol, small_task, toy, tmp_path):
    with pytest.raises(CallError, match="'toy' searches box spaces, and that of small is a finite"):
        run(small_protocol, small_task, find_method(toy), 0, tmp_path)


def test_a_box_is_not_a_finite_space(task):
    problem = Problem(
        space=task.space,
        objectives=task.objectives,
        cheap_objectives=(),
        reference_point=np.ones(2),
        evaluations=20,
        batch=5,
        initial=task.space.check([]),
        rng=np.random.default_rng(0),
        _cheap=task.cheap,
    )
    with pytest.raises(MethodError, match="'branin-currin' is a box; expected a finite space"):
        _ = problem.finite_space
    assert Method.spaces == ("finite",)


# -- results and reports ---------------------------------------------------------------------------


def test_results_are_shares_of_the_maximum_of_the_papers(protocol, task, toy, tmp_path):
    for repetition in range(3):
        run(protocol, task, find_method(toy), repetition, tmp_path)
    results = load_search_results(protocol, tmp_path)
    maximum = protocol.rules.normalisation.maximum
    assert results.architectures is None
    assert results.front_hypervolume == maximum
    reference = protocol.raw_reference_point
    for each in results.runs:
        scores = task.score(task.space.check(each.journal.architectures))
        reached = hypervolume(scores, reference)
        assert each.hypervolume_ratio == pytest.approx(reached / maximum)
        np.testing.assert_allclose(each.score, scores)  # in their own units
        row = results.frame().set_index("repetition").loc[each.repetition]
        assert row["log10_hypervolume_difference"] == pytest.approx(np.log10(maximum - reached))


def test_recorded_objectives_are_compared(protocol, task, toy, tmp_path):
    outcome = run(protocol, task, find_method(toy), 0, tmp_path)
    lines = [json.loads(line) for line in outcome.path.read_text().splitlines()]
    lines[2]["values"][1][0] *= 1.0 + 1e-7
    reseal(outcome.path, lines)
    with pytest.raises(ResultsError, match="evaluation 11 records objectives"):
        load_search_results(protocol, tmp_path)


def test_a_report_needs_no_tables_and_no_size(protocol, task, toy, tmp_path):
    for spec in (toy, "random"):
        for repetition in range(3):
            run(protocol, task, find_method(spec), repetition, tmp_path / "results")
    build_report([load_search_results(protocol, tmp_path / "results")], tmp_path / "out")
    folder = tmp_path / "out" / f"small-box-{protocol.short_id}"
    page = (folder / "report.md").read_text(encoding="utf-8")
    assert "| Searched | a continuous box, that of branin-currin |" in page
    assert "| Source of numbers | closed form branin-currin: Dixon and Szego" in page
    assert "as a share of the maximum that the papers use, 59.3601; objectives in their own" in page
    assert "| Attainable ratio | 0.9948: the ratio of 100 points from a long search; a run" in page
    assert "log10 hypervolume difference" in page
    for figure in ("anytime", "attainment", "profile", "final"):
        assert (folder / "figures" / f"{figure}.svg").exists()
