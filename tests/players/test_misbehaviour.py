"""Whatever a method does in its process, its run ends with the reason, and the others go on.

The method misbehaves in its second ask. Each test plays another method after it on the same zygote.
"""

from __future__ import annotations

import os
import sys
import time

import pytest
from method_bodies import RANDOM_BODY
from playing import planned, play

from bench.entrants.digest import FROM_FILE
from bench.runs.journal_file import read_journal
from bench.runs.sweep import perform

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")

BODY = """
    asked = 0

    def ask(self, n):
        import ctypes, gc, os, signal, sys, threading
        self.asked += 1
        if self.asked == 2:
            {}
        return candidates(self.problem.space.sample(self.problem.rng, n))

    def tell(self, evaluations):
        pass
"""

ENDS = {
    "sys.exit(0)": "raised: SystemExit: 0",
    "os._exit(0)": "its process left with exit status 0",
    "os._exit(7)": "its process left with exit status 7",
    "raise KeyboardInterrupt": "raised: KeyboardInterrupt",
    "raise GeneratorExit": "raised: GeneratorExit",
    "raise type('Odd', (BaseException,), {})('odd')": "raised: Odd: odd",
    "raise type('Odd', (Exception,), {'__str__': lambda s: 1 / 0})()": (
        "raised: Odd: (its text cannot be had: ZeroDivisionError)"
    ),
    "raise ValueError(chr(0xd800) + chr(27) + '[31m')": r"raised: ValueError: \ud800\x1b[31m",
    "ctypes.string_at(0)": "its process was ended by signal 11 (SIGSEGV)",
    "os.abort()": "its process was ended by signal 6 (SIGABRT)",
    "os.kill(os.getpid(), 9)": "its process was ended by signal 9 (SIGKILL)",
    "self.kept = np.ones(10**12, dtype=np.int8)": "raised: MemoryError",
    "return 5": "raised: TypeError",
    "return [5]": "asked for 5; expected bench.method.Candidate",
    "return (c for _ in iter(int, 1) for c in candidates([self.problem.initial[0]]))": (
        "asked for 6 candidates with 27 evaluations left; expected at most 5"
    ),
    "return []": "asked for nothing with 27 of 42 evaluations left",
    "os.closerange(3, 1000)": "its process ",
    "[os.write(int(d), b'x' * 12) for d in os.listdir('/proc/self/fd') if int(d) > 2]": (
        "its process sent "
    ),
}

GOES_ON = {
    "a new folder and environment": "os.chdir('/'); os.environ.clear()",
    "a child process goes on as the run": "os.fork()",
    "a thread": "threading.Thread(target=threading.Event().wait, daemon=True).start()",
    "much output": "[sys.stdout.write('x' * 10**6) for _ in range(20)]",
    "closed standard files": "[os.close(d) for d in (0, 1, 2)]",
    "ignored signals": "[signal.signal(s, signal.SIG_IGN) for s in (2, 15)]",
    "a patched library": "np.asarray = None",
}


@pytest.mark.parametrize("does", ENDS)
def test_a_run_ends_with_the_reason(does, method_file, small_protocol, small_task, toy, tmp_path):
    outcome = play(small_protocol, small_task, method_file(BODY.format(does), "bad"), tmp_path)
    assert outcome.status == "failed"
    assert ENDS[does] in outcome.error.replace("bad ", "")
    assert read_journal(outcome.path).end.error == outcome.error
    assert play(small_protocol, small_task, toy, tmp_path).status == "done"


@pytest.mark.parametrize("what", GOES_ON)
def test_what_a_run_does_to_its_process_reaches_nobody(
    what, method_file, small_protocol, small_task, toy, tmp_path
):
    plain = play(small_protocol, small_task, toy, tmp_path)
    here, environment = os.getcwd(), dict(os.environ)
    bad = method_file(BODY.format(GOES_ON[what]), "bad")
    assert play(small_protocol, small_task, bad, tmp_path).status in ("done", "failed")
    assert (os.getcwd(), dict(os.environ)) == (here, environment)
    again = play(small_protocol, small_task, toy, tmp_path / "again")
    assert [b.architectures for b in read_journal(again.path).batches] == [
        b.architectures for b in read_journal(plain.path).batches
    ]


LOOPS = [
    "while True: pass",
    "sum(range(10**12))",
    "while True:\n                try:\n                    signal.pause()\n"
    "                except BaseException: pass",
    "[signal.signal(s, signal.SIG_IGN) for s in range(1, 32) if s not in (9, 17, 19)]; "
    "signal.pause()",
    "os.setsid() if os.getsid(0) != os.getpid() else None; threading.Event().wait()",
]


@pytest.mark.parametrize("does", LOOPS)
def test_a_run_that_does_not_end_is_killed(
    does, method_file, small_protocol, small_task, toy, tmp_path
):
    spec = method_file(BODY.format(does), "bad")
    outcome = play(small_protocol, small_task, spec, tmp_path, timeout=3.0)
    assert (outcome.status, outcome.error) == ("timeout", "not finished after 3 seconds")
    assert len(read_journal(outcome.path).batches) >= 1
    assert play(small_protocol, small_task, toy, tmp_path).status == "done"


def test_what_a_run_starts_ends_with_it(method_file, small_protocol, small_task, tmp_path):
    file = tmp_path / "child"
    does = (
        f"\n            if os.fork() == 0:\n                os.setsid()\n"
        f"                open({str(file)!r}, 'w').write(str(os.getpid()))\n"
        f"                signal.pause()"
    )
    play(small_protocol, small_task, method_file(BODY.format(does), "bad"), tmp_path)
    child = int(file.read_text(encoding="utf-8"))
    for _ in range(100):
        if not os.path.exists(f"/proc/{child}"):
            break
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{child}")


def test_a_run_that_kills_what_started_it_ends_itself_alone(
    method_file, small_protocol, small_task, toy, tmp_path
):
    killing = method_file(BODY.format("os.kill(os.getppid(), 9)"), "bad")
    outcome = play(small_protocol, small_task, killing, tmp_path)
    assert outcome.status == "failed"
    assert "its process " in outcome.error
    assert play(small_protocol, small_task, toy, tmp_path).status == "done"


PEEKS = {
    "the task behind a cheap objective": "self.problem._cheap.__self__._search",
    "a frame of the judge": (
        "[f for f in sys._current_frames().values() if 'small_task' in f.f_locals][0]"
    ),
    "the heap": "[o for o in gc.get_objects() if type(o).__name__ == 'TableTask'][0]",
}


@pytest.mark.parametrize("what", PEEKS)
def test_the_task_is_not_in_the_process_of_a_method(
    what, method_file, small_protocol, small_task, tmp_path
):
    spec = method_file(BODY.format(f"self.table = {PEEKS[what]}"), "bad")
    outcome = play(small_protocol, small_task, spec, tmp_path)
    assert outcome.status == "failed"
    assert "raised: AttributeError" in outcome.error or "raised: IndexError" in outcome.error


def test_output_is_kept_beside_the_journal_up_to_a_limit(
    method_file, small_protocol, small_task, tmp_path
):
    spec = method_file(BODY.format("print('my words'); print('x' * 5_000_000)"), "loud")
    outcome = play(small_protocol, small_task, spec, tmp_path)
    said = outcome.path.with_suffix(".log").read_text(encoding="utf-8")
    assert said.startswith("my words\nxxx")
    assert len(said) == 1_000_000


def test_a_file_that_grows_too_large_is_an_error_of_the_run(
    method_file, small_protocol, small_task, tmp_path
):
    does = f"open({str(tmp_path / 'large')!r}, 'wb').truncate(2 * 10**9)"
    outcome = play(small_protocol, small_task, method_file(BODY.format(does), "bad"), tmp_path)
    assert outcome.status == "failed"
    assert "OSError: [Errno 27] File too large" in outcome.error


def test_a_traceback_of_the_method_is_recorded(method_file, small_protocol, small_task, tmp_path):
    spec = method_file(BODY.format("1 / 0"), "bad")
    outcome = play(small_protocol, small_task, spec, tmp_path)
    trace = read_journal(outcome.path).end.traceback
    assert f'File "{spec.partition(":")[0]}", line ' in trace
    assert "1 / 0" in trace
    assert "bench/players" not in trace


def test_the_class_of_a_user_is_not_imported_by_the_judge(
    small_protocol_file, method_file, tmp_path
):
    spec = method_file(RANDOM_BODY, "mine")
    before = set(sys.modules)
    made = planned(small_protocol_file, results=tmp_path, entrants=[spec], repetitions=1)
    assert perform(made.runs[0]).status == "done"
    assert not {name for name in set(sys.modules) - before if name.startswith(FROM_FILE)}
