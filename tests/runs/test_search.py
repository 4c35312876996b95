"""Runs of searches: budget, designs, repetition, and what a method cannot change."""

from __future__ import annotations

import numpy as np
import pytest
from method_bodies import RANDOM_BODY
from playing import content, play

from bench.errors import MethodError
from bench.runs.journal_file import read_journal


def test_the_budget_is_spent_exactly(small_protocol, small_task, toy, tmp_path):
    outcome = play(small_protocol, small_task, toy, tmp_path)
    assert outcome.status == "done"
    journal = read_journal(outcome.path)
    sizes = [len(batch.architectures) for batch in journal.batches]
    assert sizes == [10, 5, 5, 5, 5, 5, 5, 2]  # the last batch is the rest of 42
    assert journal.end.evaluations == 42


def test_all_methods_start_from_the_same_designs(small_protocol, small_task, method_file, tmp_path):
    firsts, nexts = [], []
    for name in ("one", "two"):
        outcome = play(small_protocol, small_task, method_file(RANDOM_BODY, name), tmp_path)
        journal = read_journal(outcome.path)
        firsts.append(journal.batches[0].architectures)
        nexts.append(journal.batches[1].architectures)
    assert firsts[0] == firsts[1]
    assert len({firsts[0][:5], *nexts}) == 3  # each method has its own random stream
    space = small_task.space
    assert len(np.unique(space.index(space.canonical(firsts[0])))) == 10
    other = play(small_protocol, small_task, method_file(RANDOM_BODY, "one"), tmp_path, 1)
    assert read_journal(other.path).batches[0].architectures != firsts[0]


def test_two_runs_are_equal(small_protocol, small_task, toy, tmp_path):
    first = play(small_protocol, small_task, toy, tmp_path / "a")
    second = play(small_protocol, small_task, toy, tmp_path / "b")
    assert content(first.path) == content(second.path)


def test_an_unknown_setting_is_named(small_protocol, small_task, toy, tmp_path):
    with pytest.raises(MethodError, match="'toy' has no setting 'speed'"):
        play(small_protocol, small_task, toy, tmp_path, settings={"speed": 1})


def test_methods_cannot_change_objectives(small_protocol, small_task, method_file, tmp_path):
    body = RANDOM_BODY.replace(
        "        pass", "        for e in evaluations:\n            e.objectives[:] = -1"
    )
    outcome = play(small_protocol, small_task, method_file(body), tmp_path)
    assert min(o for b in read_journal(outcome.path).batches for p in b.values for o in p) >= 0


TAMPERING = {
    "designs": """
    def __init__(self, problem):
        super().__init__(problem)
        problem.initial.flags.writeable = True
        problem.initial[:] = 3
""",
    "a larger budget": """
    def __init__(self, problem):
        super().__init__(problem)
        problem.evaluations_left = problem.evaluations = 65
""",
    "a smaller budget": """
    def __init__(self, problem):
        super().__init__(problem)
        problem.evaluations_left = problem.evaluations = problem.batch = 10
""",
    "its candidates": """
    buffer = [[0] * 6 for _ in range(5)]

    def ask(self, n):
        for row, new in zip(self.buffer, self.problem.space.sample(self.problem.rng, n)):
            row[:] = new.tolist()
        return [Candidate(row) for row in self.buffer[:n]]

    def tell(self, evaluations):
        for row in self.buffer:
            row[:] = [0] * 6
""",
}


@pytest.mark.parametrize("what", TAMPERING)
def test_methods_cannot_change_the_runner(what, small_protocol, small_task, method_file, tmp_path):
    expected = content(play(small_protocol, small_task, method_file(RANDOM_BODY), tmp_path).path)
    body = TAMPERING[what] + ("" if "def ask" in TAMPERING[what] else RANDOM_BODY)
    outcome = play(small_protocol, small_task, method_file(body), tmp_path / "changed")
    assert content(outcome.path)[1:] == expected[1:]


def test_the_end_counts_the_evaluations_of_the_journal(
    small_protocol, small_task, method_file, tmp_path
):
    body = RANDOM_BODY.replace(
        "        pass",
        "        if evaluations[0].number == 15:\n            raise ValueError('no')",
    )
    outcome = play(small_protocol, small_task, method_file(body), tmp_path)
    assert outcome.error == "tell of toy raised: ValueError: no"
    journal = read_journal(outcome.path)
    assert journal.end.evaluations == len(journal.architectures) == 15
