"""Sweeps: many runs, failures among them, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children

import pytest
from method_bodies import BAD_BODY, RANDOM_BODY
from playing import planned

from bench.errors import CallError, ResultsError
from bench.kernels import kernels
from bench.runs.journal_file import read_journal
from bench.runs.sweep import perform, sweep


@pytest.fixture
def toys(method_file):
    return [method_file(RANDOM_BODY, "good"), method_file(BAD_BODY, "bad")]


def do(plan, *, after_each=lambda: None, **options):
    seen = []

    def report(done, _):
        seen.append(done)
        after_each()

    outcomes = sweep(plan, workers=2, report=report, **options)
    assert seen == list(range(1, len(plan.runs) + 1))
    return outcomes


def test_a_failing_method_does_not_stop_the_others(small_protocol_file, toys, tmp_path):
    name = small_protocol_file
    made = planned(name, results=tmp_path, entrants=toys)
    assert len(made.runs) == 6
    outcomes = do(made)
    by_status = {s: [o for o in outcomes if o.status == s] for s in ("done", "failed")}
    assert {o.label for o in by_status["done"]} == {"good"}
    assert {o.label for o in by_status["failed"]} == {"bad"}
    # `tell` is None: the evaluations of the initial designs cannot be told
    assert all("TypeError" in o.error for o in by_status["failed"])
    made = planned(name, results=tmp_path, entrants=toys)
    assert made.runs == ()
    assert len(made.ended[str(name)]) == 6
    assert made.outdated[str(name)] == ()
    again = planned(name, results=tmp_path, entrants=toys[:1], restart=True)
    assert len(again.runs) == len(again.removed) == 3


def test_failed_runs_are_run_again_on_request(small_protocol_file, toys, tmp_path):
    name = small_protocol_file
    do(planned(name, results=tmp_path, entrants=toys))
    stopped = next(tmp_path.rglob("good/001.jsonl"))
    stopped.write_bytes(b"".join(stopped.read_bytes().splitlines(keepends=True)[:-2]))
    kept = {p: p.read_bytes() for p in tmp_path.rglob("*.jsonl")}
    made = planned(name, results=tmp_path, entrants=toys, retry_failed=True)
    assert {(p.entry.label, p.repetition) for p in made.runs} == {
        ("good", 1),
        *(("bad", repetition) for repetition in range(3)),
    }
    assert {removal.path.parent.name for removal in made.removed} == {"bad"}
    assert {p: p.read_bytes() for p in tmp_path.rglob("*.jsonl")} == kept  # planning changes none
    do(made)
    assert all(kept[p] == p.read_bytes() for p in tmp_path.rglob("good/00[02].jsonl"))


def test_a_method_that_exits_does_not_end_the_command(small_protocol_file, method_file, tmp_path):
    exiting = RANDOM_BODY.replace("return", "raise SystemExit(0)  #")
    made = planned(
        small_protocol_file, results=tmp_path, entrants=[method_file(exiting)], repetitions=1
    )
    outcome = perform(made.runs[0])
    assert outcome.status == "failed"
    assert "SystemExit: 0" in outcome.error


def test_a_method_that_ends_its_process_ends_its_run_alone(
    small_protocol_file, method_file, toys, tmp_path
):
    body = RANDOM_BODY.replace("return", "import os; os._exit(3)  #")
    entrants = [method_file(body, "exits"), toys[0]]
    made = planned(small_protocol_file, results=tmp_path, entrants=entrants, repetitions=2)
    found = {(o.label, o.repetition): o for o in do(made)}
    assert [found["good", i].status for i in range(2)] == ["done"] * 2
    for repetition in range(2):
        outcome = found["exits", repetition]
        assert outcome.status == "failed"
        assert "its process left with exit status 3" in outcome.error
        assert outcome.has_end


def test_a_worker_that_is_killed_is_replaced(small_protocol_file, toys, tmp_path):
    made = planned(small_protocol_file, results=tmp_path, entrants=toys[:1])
    killed = []

    def kill_once():
        if not killed:
            killed.extend(active_children())
            for worker in killed:
                worker.kill()

    assert [o.status for o in do(made, after_each=kill_once)] == ["done"] * 3
    assert killed


def test_workers_that_are_killed_again_and_again_are_an_error(
    small_protocol_file, toys, tmp_path, monkeypatch
):
    def broken(*_):
        raise BrokenProcessPool

    monkeypatch.setattr("bench.runs.sweep._collect", broken)
    made = planned(small_protocol_file, results=tmp_path, entrants=toys[:1])
    with pytest.raises(ResultsError, match=r"died 5 times .* kept, another call continues"):
        do(made, continued_by="another call")


def test_a_damaged_journal_is_the_failure_of_its_run_alone(small_protocol_file, toys, tmp_path):
    made = planned(small_protocol_file, results=tmp_path, entrants=toys[:1])
    path = made.runs[1].path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"my notes\n")
    made = planned(small_protocol_file, results=tmp_path, entrants=toys[:1])
    found = {outcome.repetition: outcome for outcome in do(made)}
    assert [found[i].status for i in range(3)] == ["done", "failed", "done"]
    assert "001.jsonl line 1 is not a journal line" in found[1].error
    assert path.read_bytes() == b"my notes\n"


def test_a_plan_does_not_depend_on_the_current_folder(
    small_protocol_file, toys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    made = planned(small_protocol_file, results=tmp_path, entrants=["good.py:Toy"], repetitions=1)
    monkeypatch.chdir("/")
    assert perform(made.runs[0]).status == "done"


def test_changed_code_is_noticed(small_protocol_file, method_file, tmp_path):
    name, toy = small_protocol_file, method_file(RANDOM_BODY, "good")
    do(planned(name, results=tmp_path, entrants=[toy], repetitions=1))
    method_file(RANDOM_BODY + "\n    # only a comment\n", "good")
    assert planned(name, results=tmp_path, entrants=[toy]).outdated[str(name)] == ()
    method_file(RANDOM_BODY + "\n    better = True\n", "good")
    assert planned(name, results=tmp_path, entrants=[toy]).outdated[str(name)] == ("good",)


def test_any_executor_can_do_the_runs(small_protocol_file, toys, tmp_path):
    made = planned(small_protocol_file, results=tmp_path, entrants=toys[:1], repetitions=2)
    with ThreadPoolExecutor(2) as executor:
        assert [o.status for o in do(made, executor=executor)] == ["done", "done"]


def test_a_protocol_limits_the_repetitions(small_protocol_file, tmp_path):
    with pytest.raises(CallError, match="small has 1 to 3 repetitions, got 4"):
        planned(small_protocol_file, results=tmp_path, repetitions=4)


def test_finished_runs_require_no_package(small_protocol_file, method_file, tmp_path):
    name = small_protocol_file
    do(planned(name, results=tmp_path, entrants=[method_file(RANDOM_BODY, "toy")]))
    needy = method_file(f'    requires = {{"nowhere": "monas-bench[none]"}}\n{RANDOM_BODY}', "toy")
    assert planned(name, results=tmp_path, entrants=[needy]).runs == ()


def test_players_have_one_numeric_thread_and_the_pinned_kernels(
    small_protocol_file, method_file, tmp_path, monkeypatch
):
    monkeypatch.setenv("OMP_NUM_THREADS", "4,2")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    telling = method_file(RANDOM_BODY.replace("return", "import os; assert 0, dict(os.environ)  #"))
    made = planned(small_protocol_file, results=tmp_path, entrants=[telling], repetitions=1)
    (outcome,) = do(made)
    assert "'OMP_NUM_THREADS': '1'" in outcome.error
    header = read_journal(outcome.path).header
    assert header.threads == 1
    assert header.kernels == kernels()
    for variable, value in kernels().items():
        assert f"'{variable}': '{value}'" in outcome.error


@pytest.mark.parametrize("option", [(), ("--restart",)])
def test_ctrl_c_leaves_journals_that_can_be_continued(
    small_protocol_file, method_file, tmp_path, option
):
    slow = method_file(RANDOM_BODY.replace("        pass", "        time.sleep(0.1)"), "slow")
    # Processes in the background ignore SIGINT, and so do the processes that they start.
    code = "import signal as s; s.signal(s.SIGINT, s.default_int_handler)\n"
    code += "from bench.cli import main; main()"
    command = [sys.executable, "-c", code, "run",
               str(small_protocol_file), "--method", slow, "--workers", "2",
               "--results", str(tmp_path)]  # fmt: skip
    child = subprocess.Popen(
        [*command, *option], stderr=subprocess.PIPE, start_new_session=True, cwd=tmp_path
    )
    deadline = time.monotonic() + 300
    while not any(p.stat().st_size > 2000 for p in tmp_path.rglob("*.jsonl")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(child.pid, signal.SIGINT)  # like a terminal: to every process of the group
    said = child.communicate(timeout=300)[1].decode()
    assert child.returncode == 130, said
    assert " ".join(("the same command", *(f"without {o}" for o in option), "continues")) in said
    assert "Traceback" not in said
    unfinished = [p for p in tmp_path.rglob("*.jsonl") if read_journal(p).end is None]
    assert unfinished
    before = {p: p.read_bytes() for p in unfinished}
    done = subprocess.run(command, capture_output=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for path, content in before.items():
        assert path.read_bytes().startswith(content)
        assert read_journal(path).end.status == "done"
