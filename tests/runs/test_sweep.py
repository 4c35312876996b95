"""Sweeps: many runs, failures among them, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from method_bodies import BAD_BODY, RANDOM_BODY
from playing import planned

from bench.errors import CallError, ResultsError
from bench.runs.journal import read_journal
from bench.runs.sweep import perform, sweep


@pytest.fixture
def toys(method_file):
    return [method_file(RANDOM_BODY, "good"), method_file(BAD_BODY, "bad")]


def do(plan, **options):
    seen = []
    outcomes = sweep(plan, workers=2, report=lambda done, _: seen.append(done), **options)
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
    assert {p.parent.name for p in made.removed} == {"bad"}
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


def test_a_worker_that_dies_is_an_error(small_protocol_file, method_file, tmp_path):
    body = RANDOM_BODY.replace("return", "import os; os._exit(3)  #")
    made = planned(small_protocol_file, results=tmp_path, entrants=[method_file(body)])
    with pytest.raises(ResultsError, match=r"a worker process died.* kept, another call continues"):
        do(made, continued_by="another call")


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


def test_workers_have_one_numeric_thread(small_protocol_file, toys, tmp_path):
    do(planned(small_protocol_file, results=tmp_path, entrants=toys[:1], repetitions=1))
    (path,) = tmp_path.rglob("*.jsonl")
    assert read_journal(path).header.threads == 1


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
