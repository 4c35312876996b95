"""Runs: exact budgets, faults of methods, repetition, kill and resume."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from method_bodies import RANDOM_BODY
from playing import play, reseal

from bench.errors import CallError, JournalBusyError, JournalError, RunInterrupted
from bench.runs.journal import JournalWriter, read_journal


def content(path):
    """Return the lines of a journal without times and seals."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        for key in ("seal", "ask_seconds", "tell_seconds"):
            line.pop(key, None)
    return lines


@pytest.fixture
def toy(method_file):
    return method_file(RANDOM_BODY)


def test_the_budget_is_spent_exactly(small_protocol, small_task, toy, tmp_path):
    outcome = play(small_protocol, small_task, toy, tmp_path)
    assert outcome.status == "done"
    journal = read_journal(outcome.path)
    sizes = [len(batch.architectures) for batch in journal.batches]
    assert sizes == [10, 5, 5, 5, 5, 5, 5, 2]  # the last batch is what is left of 42
    assert journal.end.evaluations == 42


def test_all_methods_start_from_the_same_designs(small_protocol, small_task, method_file, tmp_path):
    firsts, nexts = [], []
    for name in ("one", "two"):
        outcome = play(small_protocol, small_task, method_file(RANDOM_BODY, name), tmp_path)
        journal = read_journal(outcome.path)
        firsts.append(journal.batches[0].architectures)
        nexts.append(journal.batches[1].architectures)
    assert firsts[0] == firsts[1]
    assert len({firsts[0][:5], *nexts}) == 3  # each goes on by a stream of its own
    space = small_task.space
    assert len(np.unique(space.index(space.canonical(firsts[0])))) == 10
    other = play(small_protocol, small_task, method_file(RANDOM_BODY, "one"), tmp_path, 1)
    assert read_journal(other.path).batches[0].architectures != firsts[0]


def test_two_runs_are_alike(small_protocol, small_task, toy, tmp_path):
    first = play(small_protocol, small_task, toy, tmp_path / "a")
    second = play(small_protocol, small_task, toy, tmp_path / "b")
    assert content(first.path) == content(second.path)


FAULTS = {
    "raises in ask": (
        "    def ask(self, n):\n        raise KeyError('lost')\n"
        "    def tell(self, evaluations):\n        pass",
        "failed",
        r"ask\(5\) of toy raised: KeyError: 'lost'",
    ),
    "raises in tell": (
        "    def ask(self, n):\n        return []\n"
        "    def tell(self, evaluations):\n        raise ValueError('no')",
        "failed",
        "tell of toy raised: ValueError: no",
    ),
    "raises when made": (
        "    def __init__(self, problem):\n        raise ValueError('never')\n"
        "    ask = tell = None",
        "failed",
        "toy could not be made: ValueError: never",
    ),
    "illegal category": (
        "    def ask(self, n):\n        return candidates([[9] * 6])\n"
        "    def tell(self, evaluations):\n        pass",
        "failed",
        "illegal architecture: .*category 9 at variable 0; expected 0 to 4",
    ),
    "ragged architecture": (
        "    def ask(self, n):\n        return [Candidate((1, 2)), Candidate((1,) * 6)]\n"
        "    def tell(self, evaluations):\n        pass",
        "failed",
        "illegal architecture",
    ),
    "architecture of nothing": (
        "    def ask(self, n):\n        return [Candidate(())] * 2\n"
        "    def tell(self, evaluations):\n        pass",
        "failed",
        r"illegal architecture: .*expected architectures of shape \[n, 6\], got \[2, 0\]",
    ),
    "changes the designs": (
        "    def __init__(self, problem):\n        problem.initial[:] = 3\n    ask = tell = None",
        "failed",
        "toy could not be made: ValueError: assignment destination is read-only",
    ),
    "not a candidate": (
        "    def ask(self, n):\n        return [(1, 2, 3, 4, 0, 1)]\n"
        "    def tell(self, evaluations):\n        pass",
        "failed",
        r"asked for \(1, 2, 3, 4, 0, 1\); expected bench.method.Candidate",
    ),
    "asks for nothing": (
        "    def ask(self, n):\n        return []\n    def tell(self, evaluations):\n        pass",
        "failed",
        "asked for nothing with 32 of 42 evaluations left",
    ),
    "asks for too much": (
        "    def ask(self, n):\n"
        "        return candidates(self.problem.space.sample(self.problem.rng, n + 1))\n"
        "    def tell(self, evaluations):\n        pass",
        "failed",
        "asked for 6 candidates with 32 evaluations left; expected at most 5",
    ),
    "ends the process": (
        "    def ask(self, n):\n        raise SystemExit(0)\n"
        "    def tell(self, evaluations):\n        pass",
        "failed",
        r"ask\(5\) of toy raised: SystemExit: 0",
    ),
    "asks for ever": (
        "    def ask(self, n):\n        for _ in itertools.count():\n            time.sleep(0.01)\n"
        "    def tell(self, evaluations):\n        pass",
        "timeout",
        "not finished after 0.3 seconds",
    ),
    "swallows every exception for ever": (
        "    def ask(self, n):\n        while True:\n            try:\n"
        "                time.sleep(0.01)\n            except Exception:\n                pass\n"
        "    def tell(self, evaluations):\n        pass",
        "timeout",
        "not finished after 0.3 seconds",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_method_ends_its_run_with_the_reason(
    fault, small_protocol, small_task, method_file, tmp_path
):
    body, status, message = FAULTS[fault]
    outcome = play(small_protocol, small_task, method_file(body), tmp_path, timeout=0.3)
    assert outcome.status == status
    journal = read_journal(outcome.path)  # still a whole journal
    assert journal.end.status == status
    assert journal.end.error == outcome.error
    import re

    assert re.search(message, outcome.error), outcome.error


def test_a_thread_notices_the_time_at_the_next_call(
    small_protocol, small_task, method_file, tmp_path
):
    from concurrent.futures import ThreadPoolExecutor

    slow = method_file(RANDOM_BODY.replace("        pass", "        time.sleep(0.2)"))
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(
            play, small_protocol, small_task, slow, tmp_path, timeout=0.3
        ).result()
    assert outcome.status == "timeout"
    assert 1 < len(read_journal(outcome.path).batches) < 5


@pytest.mark.parametrize("timeout", [float("inf"), 1e300, 1e9])
def test_a_limit_may_lie_beyond_what_timers_hold(
    timeout, small_protocol, small_task, toy, tmp_path
):
    outcome = play(small_protocol, small_task, toy, tmp_path, timeout=timeout)
    assert (outcome.status, outcome.error) == ("done", None)


@pytest.mark.parametrize("timeout", [float("nan"), 0.0, -1.0, float("-inf")])
def test_what_is_no_limit_is_refused(timeout, small_protocol, small_task, toy, tmp_path):
    with pytest.raises(CallError, match=r"timeout is .*: expected seconds above 0, or inf f"):
        play(small_protocol, small_task, toy, tmp_path / "results", timeout=timeout)
    assert not (tmp_path / "results").exists()


def test_unknown_setting_is_named(small_protocol, small_task, toy, tmp_path):
    from bench.errors import MethodError

    with pytest.raises(MethodError, match="'toy' has no setting 'speed'"):
        play(small_protocol, small_task, toy, tmp_path, settings={"speed": 1})


def test_methods_cannot_change_what_was_measured(small_protocol, small_task, method_file, tmp_path):
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
    "what it asked for": """
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
def test_methods_cannot_change_what_the_runner_goes_by(
    what, small_protocol, small_task, method_file, tmp_path
):
    expected = content(play(small_protocol, small_task, method_file(RANDOM_BODY), tmp_path).path)
    body = TAMPERING[what] + ("" if "def ask" in TAMPERING[what] else RANDOM_BODY)
    outcome = play(small_protocol, small_task, method_file(body), tmp_path / "changed")
    assert content(outcome.path)[1:] == expected[1:]


def test_the_end_counts_what_the_journal_holds(small_protocol, small_task, method_file, tmp_path):
    body = RANDOM_BODY.replace(
        "        pass",
        "        if evaluations[0].number == 15:\n            raise ValueError('no')",
    )
    outcome = play(small_protocol, small_task, method_file(body), tmp_path)
    assert outcome.error == "tell of toy raised: ValueError: no"
    journal = read_journal(outcome.path)
    assert journal.end.evaluations == len(journal.architectures) == 15


# -- stopping and going on -------------------------------------------------------------------------


def test_a_stopped_run_goes_on(small_protocol, small_task, toy, tmp_path):
    calls = iter([False, False, True])
    with pytest.raises(RunInterrupted, match="run the same command again"):
        play(small_protocol, small_task, toy, tmp_path / "a", stopped=lambda: next(calls))
    path = small_protocol.journal_path(tmp_path / "a", "toy", 0)
    assert read_journal(path).end is None
    resumed = play(small_protocol, small_task, toy, tmp_path / "a")
    whole = play(small_protocol, small_task, toy, tmp_path / "b")
    assert content(resumed.path) == content(whole.path)


def test_cut_at_every_line_and_in_the_middle_it_resumes_alike(
    small_protocol, small_task, toy, tmp_path
):
    whole = play(small_protocol, small_task, toy, tmp_path)
    reference, data = content(whole.path), whole.path.read_bytes()
    ends = [i + 1 for i, byte in enumerate(data) if byte == ord("\n")]
    cuts = [0, 7, *ends, *(end - 9 for end in ends), *(min(end + 5, len(data)) for end in ends)]
    for cut in cuts:
        whole.path.write_bytes(data[:cut])
        assert play(small_protocol, small_task, toy, tmp_path).status == "done"
        assert content(whole.path) == reference


SLOW_BODY = RANDOM_BODY.replace("        pass", "        time.sleep(0.02)")


@pytest.mark.parametrize("attempt", range(10))
def test_killed_at_a_random_moment_it_resumes_alike(
    attempt, small_protocol, small_protocol_file, small_task, method_file, tmp_path
):
    slow = method_file(SLOW_BODY)
    program = (
        "import sys; from pathlib import Path\n"
        "from bench.entrants.method import find_method\n"
        "from bench.protocol import load_search_protocol\n"
        "from bench.runs.search import SearchRun\n"
        "p = load_search_protocol(sys.argv[1]); t = p.task(); print('ready', flush=True)\n"
        "SearchRun(p, t, find_method(sys.argv[2]), 0, Path(sys.argv[3])).play()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(small_protocol_file), slow, str(tmp_path / "a")],
        stdout=subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        cwd=tmp_path,  # python -c would import a `bench` that lies in the current folder
    )
    assert child.stdout.readline() == b"ready\n"
    time.sleep(random.Random(attempt).uniform(0.0, 0.25))
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    resumed = play(small_protocol, small_task, slow, tmp_path / "a")
    whole = play(small_protocol, small_task, slow, tmp_path / "b")
    assert resumed.status == "done"
    # The header says how many threads the process that began it had; the child was given one.
    left, right = content(resumed.path), content(whole.path)
    left[0].pop("threads"), right[0].pop("threads")
    assert left == right


def test_a_method_that_does_not_repeat_itself_is_refused(
    small_protocol, small_task, method_file, tmp_path
):
    body = RANDOM_BODY.replace("self.problem.rng", "np.random.default_rng()")
    wild = method_file(body)
    outcome = play(small_protocol, small_task, wild, tmp_path)
    _without_end(outcome.path)
    with pytest.raises(JournalError, match=r"line 3: toy does not repeat this run: candidate 0"):
        play(small_protocol, small_task, wild, tmp_path)


UNLIKE = {
    "fails": ("raise ValueError('no')", "the run went on here, now tell of toy raised: ValueError"),
    "leaves": (
        "raise SystemExit(3)",
        "the run went on here, now tell of toy raised: SystemExit: 3",
    ),
}


@pytest.mark.parametrize("how", UNLIKE)
def test_a_method_that_fails_where_it_went_on_is_refused(
    how, small_protocol, small_task, method_file, tmp_path
):
    action, message = UNLIKE[how]
    flag = tmp_path / "flag"
    body = RANDOM_BODY.replace(
        "        pass",
        f"        if __import__('os').path.exists({str(flag)!r}):\n            {action}",
    )
    toy = method_file(body)
    outcome = play(small_protocol, small_task, toy, tmp_path)
    _without_end(outcome.path)
    kept = outcome.path.read_bytes()
    flag.touch()
    with pytest.raises(JournalError, match=f"line 2: toy does not repeat this run: {message}"):
        play(small_protocol, small_task, toy, tmp_path)
    assert outcome.path.read_bytes() == kept


def test_time_that_is_over_before_all_is_played_again_loses_nothing(
    small_protocol, small_task, method_file, tmp_path
):
    slow = method_file(RANDOM_BODY.replace("        pass", "        time.sleep(0.05)"))
    outcome = play(small_protocol, small_task, slow, tmp_path)
    _without_end(outcome.path)
    assert play(small_protocol, small_task, slow, tmp_path, timeout=0.12).status == "timeout"
    journal = read_journal(outcome.path)
    assert journal.end.evaluations == len(journal.architectures) == 42


def test_changed_source_is_not_continued(small_protocol, small_task, method_file, tmp_path):
    outcome = play(small_protocol, small_task, method_file(RANDOM_BODY), tmp_path)
    _without_end(outcome.path)
    changed = method_file(RANDOM_BODY + "\n    another = 1\n")
    with pytest.raises(JournalError, match="line 1: this run was made with subject"):
        play(small_protocol, small_task, changed, tmp_path)


def test_two_processes_do_not_write_one_journal(small_protocol, small_task, toy, tmp_path):
    path = small_protocol.journal_path(tmp_path, "toy", 0)
    with (
        JournalWriter(path),
        pytest.raises(JournalBusyError, match="written by another process"),
    ):
        play(small_protocol, small_task, toy, tmp_path)


def _without_end(path):
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))


# -- damage ----------------------------------------------------------------------------------------


def _change_digit(lines):
    lines[3] = lines[3].replace(b'"cheap_queries":0', b'"cheap_queries":1')
    return 4


def _remove(lines):
    del lines[2]
    return 3


def _double(lines):
    lines.insert(4, lines[4])
    return 6


def _swap(lines):
    lines[2], lines[3] = lines[3], lines[2]
    return 3


def _garbage(lines):
    lines[1] = b"{'not': json}\n"
    return 2


@pytest.mark.parametrize("damage", [_change_digit, _remove, _double, _swap, _garbage])
def test_a_damaged_journal_is_refused_with_the_line(
    damage, small_protocol, small_task, toy, tmp_path
):
    outcome = play(small_protocol, small_task, toy, tmp_path)
    lines = outcome.path.read_bytes().splitlines(keepends=True)
    number = damage(lines)
    outcome.path.write_bytes(b"".join(lines))
    with pytest.raises(JournalError, match=rf"000\.jsonl line {number} "):
        play(small_protocol, small_task, toy, tmp_path)


# -- lineage ---------------------------------------------------------------------------------------

CHILDREN = """
    def ask(self, n):
        rng, space = self.problem.rng, self.problem.space
        parent = int(rng.integers(len(self.cells)))
        children = [rng.choice(space.neighbours(self.cells[parent])) for _ in range(n)]
        made = [Candidate(tuple(c.tolist()), parent, ("edit",)) for c in children]
        return [candidates(self.cells[:1])[0], *made][:n]

    def tell(self, evaluations):
        self.cells = getattr(self, "cells", []) + [e.candidate.architecture for e in evaluations]
"""


def test_lineage_is_journalled(small_protocol, small_task, method_file, tmp_path):
    outcome = play(small_protocol, small_task, method_file(CHILDREN), tmp_path)
    assert outcome.status == "done", outcome.error
    first, *others = read_journal(outcome.path).batches
    assert (first.parents, first.operators) == (None, None)  # designs have none
    seen = 10
    cells = list(first.architectures)
    for batch in others:
        assert batch.parents[0] is None
        assert batch.operators[0] == ()
        for cell, parent, operators in zip(
            batch.architectures[1:], batch.parents[1:], batch.operators[1:], strict=True
        ):
            assert operators == ("edit",)
            assert parent < seen
            assert sum(a != b for a, b in zip(cell, cells[parent], strict=True)) == 1
        seen += len(batch.architectures)
        cells += batch.architectures


def test_another_lineage_is_not_continued(small_protocol, small_task, method_file, tmp_path):
    outcome = play(small_protocol, small_task, method_file(CHILDREN), tmp_path)
    lines = [json.loads(line) for line in outcome.path.read_text().splitlines()[:-1]]
    lines[2]["operators"][1] = ["another"]
    reseal(outcome.path, lines)
    with pytest.raises(JournalError, match=r"line 3: toy does not repeat this run: operators"):
        play(small_protocol, small_task, method_file(CHILDREN), tmp_path)


@pytest.mark.parametrize(
    ("lineage", "message"),
    [
        ("10", "parent 10; expected the number of one of the 10 evaluations so far"),
        ("-1", "parent -1; expected"),
        ("True", "parent True; expected"),
        ("1.0", "parent 1.0; expected"),
        ("0, ['edit']", "operators ['edit']; expected a tuple of str"),
        ("0, (1,)", "operators (1,); expected a tuple of str"),
    ],
)
def test_a_lineage_that_cannot_be_fails(
    lineage, message, small_protocol, small_task, method_file, tmp_path
):
    body = f"    def ask(self, n):\n        return [Candidate((0,) * 6, {lineage})]\n"
    toy = method_file(body + "    def tell(self, evaluations):\n        pass")
    outcome = play(small_protocol, small_task, toy, tmp_path)
    assert outcome.status == "failed"
    assert message in outcome.error
