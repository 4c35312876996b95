"""Runs that failed keep what they had reached, so that a method gains nothing by giving up."""

from __future__ import annotations

import numpy as np
import pytest
from method_bodies import BAD_BODY, RANDOM_BODY
from playing import reseal, run

from bench.entrants.method import find_method
from bench.errors import NoResultsError, ResultsError
from bench.indicators import igd_plus
from bench.protocol import load_search_protocol
from bench.results import load_search_results
from bench.runs.journal_file import read_journal

REPETITIONS = range(8)
# The same search, which raises an error if it is not lucky in its first 20 evaluations.
QUITTER_BODY = """
    def __init__(self, problem):
        super().__init__(problem)
        self.errors = []

    def ask(self, n):
        if len(self.errors) >= 20 and min(self.errors) > THRESHOLD:
            raise RuntimeError("a bad run")
        return candidates(self.problem.space.sample(self.problem.rng, n))

    def tell(self, evaluations):
        self.errors += [e.objectives[0] for e in evaluations]
"""


@pytest.fixture(scope="module")
def eight_runs(small_protocol_file, tmp_path_factory):
    """Return the small protocol with eight repetitions."""
    text = small_protocol_file.read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("eight") / "small.toml"
    path.write_text(text.replace("repetitions = 3", "repetitions = 8"), encoding="utf-8")
    return load_search_protocol(str(path))


def play_all(protocol, task, spec, folder, repetitions=REPETITIONS):
    for repetition in repetitions:
        run(protocol, task, find_method(spec), repetition, folder)
    return folder


@pytest.fixture
def honest(eight_runs, small_task, method_file, tmp_path):
    """Return the results of a search that plays every run to its end."""
    folder = play_all(eight_runs, small_task, method_file(RANDOM_BODY), tmp_path / "honest")
    return load_search_results(eight_runs, folder)


@pytest.fixture
def quitter(eight_runs, small_task, method_file, tmp_path, honest):
    """Return the results of the same search, which gives up in the worse half of its runs."""
    early = []
    for each in honest.runs:
        values = [value[0] for batch in each.journal.batches for value in batch.values]
        early.append(min(values[:20]))
    body = QUITTER_BODY.replace("THRESHOLD", repr(float(np.median(early))))
    folder = play_all(eight_runs, small_task, method_file(body), tmp_path / "quitter")
    return load_search_results(eight_runs, folder)


def test_a_method_that_gives_up_in_bad_runs_is_not_ahead_of_itself(honest, quitter):
    gave_up = {each.repetition for each in quitter.runs if each.failed}
    assert 2 <= len(gave_up) <= 6
    ratios = [np.array([each.hypervolume_ratio for each in r.of("toy")]) for r in (honest, quitter)]
    assert np.median(ratios[1]) <= np.median(ratios[0])
    assert np.mean(ratios[1]) < np.mean(ratios[0])
    finished = [each.hypervolume_ratio for each in quitter.runs if not each.failed]
    assert np.median(finished) > np.median(ratios[0])  # what leaving out such runs would give


def test_a_failed_run_keeps_the_value_it_had_reached(honest, quitter, eight_runs):
    assert [each.repetition for each in quitter.of("toy")] == [*REPETITIONS]
    for each, whole in zip(quitter.of("toy"), honest.of("toy"), strict=True):
        n = len(each.score)
        np.testing.assert_array_equal(each.score, whole.score[:n])
        np.testing.assert_array_equal(each.trace[:n], whole.trace[:n])
        assert (each.trace[n:] == each.trace[n - 1]).all()
        assert len(each.trace) == eight_runs.rules.budget.evaluations
        assert each.failed == (n < eight_runs.rules.budget.evaluations)
        assert ("a bad run" in each.error) == each.failed
    frame = quitter.frame()
    failed = sum(each.failed for each in quitter.runs)
    assert frame["status"].value_counts().to_dict() == {"failed": failed, "done": 8 - failed}


def test_a_run_that_failed_before_its_first_evaluation_has_reached_nothing(
    eight_runs, small_task, method_file, tmp_path
):
    body = RANDOM_BODY + (
        "\n    def __init__(self, problem):\n"
        "        super().__init__(problem)\n"
        "        if problem.rng.random() < 0.5:\n"
        "            raise RuntimeError('not today')\n"
    )
    folder = play_all(eight_runs, small_task, method_file(body), tmp_path / "results")
    results = load_search_results(eight_runs, folder)
    nothing = [each for each in results.runs if each.failed]
    assert 0 < len(nothing) < len(results.runs) == 8
    reference = eight_runs.rules.normalisation.reference_point
    frame = results.frame().set_index("repetition")
    for each in nothing:
        assert not each.trace.any()
        row = frame.loc[each.repetition]
        assert (row.hypervolume_ratio, row.evaluations, row.cheap_queries) == (0.0, 0, 0)
        assert row.igd_plus == pytest.approx(igd_plus([reference], results.front))
        assert row.simulated_seconds == 0.0


def test_a_method_that_never_evaluated_anything_has_no_runs(
    eight_runs, small_task, method_file, tmp_path
):
    folder = tmp_path / "results"
    body = (
        "    def __init__(self, problem):\n        raise RuntimeError('no')\n    ask = tell = None"
    )
    bad = method_file(body, "bad")
    play_all(eight_runs, small_task, bad, folder, range(2))
    with pytest.raises(NoResultsError, match="no finished run"):
        load_search_results(eight_runs, folder)
    play_all(eight_runs, small_task, method_file(RANDOM_BODY), folder, range(1))
    results = load_search_results(eight_runs, folder)
    assert results.methods == ["toy"]
    assert [(u.label, u.repetition) for u in results.unfinished] == [("bad", 0), ("bad", 1)]


def test_failed_runs_of_a_method_without_a_finished_one_count(
    eight_runs, small_task, method_file, tmp_path
):
    folder = tmp_path / "results"
    stops = method_file(
        BAD_BODY.replace("tell = None", "def tell(self, e):\n        pass"), "stops"
    )
    play_all(eight_runs, small_task, stops, folder, range(2))
    play_all(eight_runs, small_task, method_file(RANDOM_BODY), folder, range(1))
    results = load_search_results(eight_runs, folder)
    assert [each.status for each in results.of("stops")] == ["failed", "failed"]
    assert results.unfinished == ()


def test_what_a_failed_run_records_is_checked_too(quitter, eight_runs):
    path = next(each.journal.path for each in quitter.runs if each.failed)
    journal = read_journal(path)
    lines = [journal.header, *journal.batches, journal.end]
    contents = [line.content() for line in lines]
    contents[2]["values"][0][0] += 1.0
    reseal(path, contents)
    with pytest.raises(ResultsError, match="records objectives"):
        load_search_results(eight_runs, path.parents[3])
