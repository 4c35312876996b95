"""Sweeps and results: many runs, failures among them, Ctrl-C, and what is read back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from method_bodies import RANDOM_BODY

from bench.errors import CallError, JournalError, MixedProtocolsError, ResultsError
from bench.indicators import hypervolume, non_dominated
from bench.results.search import load_search_results
from bench.runs.journal import read_journal
from bench.runs.sweep import perform, plan, standing, sweep

BAD_BODY = "    def ask(self, n):\n        raise RuntimeError('on purpose')\n    tell = None"


@pytest.fixture
def toys(method_file):
    return [method_file(RANDOM_BODY, "good"), method_file(BAD_BODY, "bad")]


def do(planned, **options):
    seen = []
    outcomes = sweep(planned, workers=2, report=seen.append, **options)
    assert [p.finished for p in seen] == list(range(1, len(planned) + 1))
    return outcomes


def test_a_failing_method_does_not_stop_the_others(small_protocol_file, toys, tmp_path):
    name = str(small_protocol_file)
    planned = plan([name], results=tmp_path, methods=toys)
    assert len(planned) == 6
    outcomes = do(planned)
    by_status = {s: [o for o in outcomes if o.status == s] for s in ("done", "failed")}
    assert {o.method for o in by_status["done"]} == {"good"}
    assert {o.method for o in by_status["failed"]} == {"bad"}
    # `tell` is None: the initial designs cannot even be told
    assert all("TypeError" in o.error for o in by_status["failed"])
    assert plan([name], results=tmp_path, methods=toys) == []
    stand = standing(name, results=tmp_path, methods=toys)
    assert len(stand.outcomes) == 6
    assert stand.outdated == ()
    again = plan([name], results=tmp_path, methods=toys[:1], restart=True)
    assert len(again) == 3


def test_only_what_failed_is_done_anew_when_asked_to(small_protocol_file, toys, tmp_path):
    name = str(small_protocol_file)
    do(plan([name], results=tmp_path, methods=toys))
    stopped = next(tmp_path.rglob("good/001.jsonl"))
    stopped.write_bytes(b"".join(stopped.read_bytes().splitlines(keepends=True)[:-2]))
    kept = {p: p.read_bytes() for p in tmp_path.rglob("good/*.jsonl")}
    planned = plan([name], results=tmp_path, methods=toys, retry_failed=True)
    assert {(p.entrant, p.repetition) for p in planned} == {
        ("good", 1),
        *(("bad", repetition) for repetition in range(3)),
    }
    assert {p: p.read_bytes() for p in tmp_path.rglob("*.jsonl")} == kept


def test_a_method_that_wants_to_leave_does_not_end_the_command(
    small_protocol_file, method_file, tmp_path
):
    leaving = RANDOM_BODY.replace("return", "raise SystemExit(0)  #")
    (planned,) = plan(
        [str(small_protocol_file)],
        results=tmp_path,
        methods=[method_file(leaving)],
        repetitions=1,
    )
    outcome = perform(planned)
    assert outcome.status == "failed"
    assert "SystemExit: 0" in outcome.error


def test_a_worker_that_dies_is_told(small_protocol_file, method_file, tmp_path):
    body = RANDOM_BODY.replace("return", "import os; os._exit(3)  #")
    planned = plan([str(small_protocol_file)], results=tmp_path, methods=[method_file(body)])
    with pytest.raises(ResultsError, match=r"a worker process died.* kept, another call continues"):
        do(planned, continued_by="another call")


def test_two_codes_never_share_a_row(small_protocol_file, method_file, tmp_path):
    name, results = str(small_protocol_file), tmp_path / "results"

    def planned(*methods):
        return plan([name], results=results, methods=methods, repetitions=1)

    mine = method_file(RANDOM_BODY, "random")
    with pytest.raises(
        CallError, match=r"random\.py:Toy: the name 'random' is taken.*--method ran"
    ):
        planned(mine)
    first = method_file(RANDOM_BODY, "toy")
    (tmp_path / "other").mkdir()
    second = tmp_path / "other" / "toy.py"
    second.write_text((tmp_path / "toy.py").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(CallError, match=r"toy\.py:Toy and .*other/toy\.py:Toy go by the same name"):
        planned(first, f"{second}:Toy")
    assert len(planned(first, first, "random", "random")) == 2


def test_a_plan_can_be_done_from_another_folder(small_protocol_file, toys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (planned,) = plan(
        [str(small_protocol_file)], results=tmp_path, methods=["good.py:Toy"], repetitions=1
    )
    monkeypatch.chdir("/")
    assert perform(planned).status == "done"


def test_code_that_changed_since_is_noticed(small_protocol_file, method_file, tmp_path):
    name, toy = str(small_protocol_file), method_file(RANDOM_BODY, "good")
    do(plan([name], results=tmp_path, methods=[toy], repetitions=1))
    method_file(RANDOM_BODY + "\n    # better now\n", "good")
    assert standing(name, results=tmp_path, methods=[toy]).outdated == ("good",)


def test_any_executor_will_do(small_protocol_file, toys, tmp_path):
    planned = plan([str(small_protocol_file)], results=tmp_path, methods=toys[:1], repetitions=2)
    with ThreadPoolExecutor(2) as executor:
        assert [o.status for o in do(planned, executor=executor)] == ["done", "done"]


def test_more_repetitions_than_the_protocol_has(small_protocol_file, tmp_path):
    with pytest.raises(CallError, match="small has 1 to 3 repetitions, got 4"):
        plan([str(small_protocol_file)], results=tmp_path, repetitions=4)


def test_what_a_method_requires_is_looked_for_before_anything_runs_or_goes(
    small_protocol_file, toys, method_file, tmp_path
):
    name = str(small_protocol_file)
    needy = method_file(
        f'    requires = {{"nowhere": "monas-bench[none]"}}\n{RANDOM_BODY}', "needy"
    )
    do(plan([name], results=tmp_path, methods=toys[:1]))
    for restart in (False, True):
        with pytest.raises(
            CallError,
            match=r"'needy' needs nowhere, which is not installed; .* 'monas-bench\[none\]'",
        ):
            plan([name], results=tmp_path, methods=[toys[0], needy], restart=restart)
    assert len(standing(name, results=tmp_path, methods=toys[:1]).outcomes) == 3
    assert plan([name], results=tmp_path, methods=toys[:1]) == []


def test_what_is_finished_requires_nothing(small_protocol_file, method_file, tmp_path):
    name = str(small_protocol_file)
    do(plan([name], results=tmp_path, methods=[method_file(RANDOM_BODY, "toy")]))
    needy = method_file(f'    requires = {{"nowhere": "monas-bench[none]"}}\n{RANDOM_BODY}', "toy")
    assert plan([name], results=tmp_path, methods=[needy]) == []


def test_workers_have_one_numeric_thread(small_protocol_file, toys, tmp_path):
    do(plan([str(small_protocol_file)], results=tmp_path, methods=toys[:1], repetitions=1))
    (path,) = tmp_path.rglob("*.jsonl")
    assert read_journal(path).header.threads == 1


@pytest.mark.parametrize("anew", [(), ("--restart",)])
def test_ctrl_c_leaves_what_can_be_continued(small_protocol_file, method_file, tmp_path, anew):
    slow = method_file(RANDOM_BODY.replace("        pass", "        time.sleep(0.1)"), "slow")
    # Where the tests run in the background, SIGINT is ignored, and would be by what they start.
    code = "import signal as s; s.signal(s.SIGINT, s.default_int_handler)\n"
    code += "from bench.cli import main; main()"
    command = [sys.executable, "-c", code, "run",
               str(small_protocol_file), "--method", slow, "--workers", "2",
               "--results", str(tmp_path)]  # fmt: skip
    child = subprocess.Popen(
        [*command, *anew], stderr=subprocess.PIPE, start_new_session=True, cwd=tmp_path
    )
    deadline = time.monotonic() + 300
    while not any(p.stat().st_size > 2000 for p in tmp_path.rglob("*.jsonl")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(child.pid, signal.SIGINT)  # as a terminal does: every process of the group
    said = child.communicate(timeout=300)[1].decode()
    assert child.returncode == 130, said
    assert " ".join(("the same command", *(f"without {o}" for o in anew), "continues")) in said
    assert "Traceback" not in said
    unfinished = [p for p in tmp_path.rglob("*.jsonl") if read_journal(p).end is None]
    assert unfinished
    before = {p: p.read_bytes() for p in unfinished}
    done = subprocess.run(command, capture_output=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for path, content in before.items():
        assert path.read_bytes().startswith(content)
        assert read_journal(path).end.status == "done"


# -- results ---------------------------------------------------------------------------------------


@pytest.fixture
def finished(small_protocol_file, toys, tmp_path):
    with ThreadPoolExecutor(1) as executor:
        do(plan([str(small_protocol_file)], results=tmp_path, methods=toys), executor=executor)
    return tmp_path


def test_everything_is_recomputed(small_protocol, small_task, finished):
    results = load_search_results(small_protocol, finished)
    assert results.methods == ["good"]
    assert results.common_repetitions() == [0, 1, 2]
    assert {(u.method, u.status) for u in results.unfinished} == {("bad", "failed")}
    frame = results.frame()
    reference = small_protocol.rules.normalisation.reference_point
    best = hypervolume(small_protocol.normalise(small_task.front("score")), reference)
    for row, run in zip(frame.itertuples(), results.runs, strict=True):
        cells = np.asarray(run.journal.architectures)
        from bench.method import candidates

        seen = small_task.evaluate(candidates(cells)).objectives
        kept = small_task.score(cells)[non_dominated(seen)]
        expected = hypervolume(small_protocol.normalise(kept), reference) / best
        assert row.hypervolume_ratio == pytest.approx(expected, abs=1e-12)
        assert row.log10_regret == pytest.approx(np.log10(1 - expected), abs=1e-9)
        assert len(run.trace) == 42


def test_the_exact_front_scores_one(small_protocol, finished):
    results = load_search_results(small_protocol, finished)
    normalisation = small_protocol.rules.normalisation
    best = hypervolume(results.front, normalisation.reference_point)
    assert best == pytest.approx(results.front_hypervolume)
    attainable = hypervolume(results.search_front, normalisation.reference_point) / best
    assert attainable == pytest.approx(normalisation.attainable, rel=1e-5)
    assert results.front.min(axis=0) == pytest.approx([0, 0], abs=1e-9)
    assert results.front.max(axis=0) == pytest.approx([1, 1], abs=1e-9)


def test_results_of_another_protocol_are_not_mixed_in(
    small_protocol, small_protocol_file, finished, tmp_path
):
    other_file = tmp_path / "other.toml"
    other_file.write_text(small_protocol_file.read_text().replace("batch = 5", "batch = 4"))
    from bench.protocol.search import load_protocol

    other = load_protocol(str(other_file))
    with pytest.raises(ResultsError, match=rf"results of other ids: {small_protocol.short_id}"):
        load_search_results(other, finished)
    home = finished / "small"
    (home / small_protocol.short_id).rename(home / other.short_id)
    with pytest.raises(MixedProtocolsError, match="are never mixed"):
        load_search_results(other, finished)


def test_a_journal_that_disagrees_with_the_table_is_an_error(small_protocol, finished):
    from bench.runs.journal import JournalWriter

    path = next(finished.rglob("good/001.jsonl"))
    journal = read_journal(path)
    path.unlink()
    forged = journal.batches[2].objectives
    better = ((0.0, forged[0][1]), *forged[1:])
    with JournalWriter(path) as writer:  # sealed properly, so only the table can tell
        for line in (journal.header, *journal.batches, journal.end):
            if line is journal.batches[2]:
                line = line.model_copy(update={"objectives": better})  # noqa: PLW2901
            writer.append(line)
    with pytest.raises(ResultsError, match=r"001\.jsonl: evaluation 15 records objectives \[0\.0"):
        load_search_results(small_protocol, finished)


def test_a_damaged_journal_is_an_error(small_protocol, finished):
    path = next(finished.rglob("good/001.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"number":3', b'"number":4', 1))
    with pytest.raises(JournalError, match="line 5"):
        load_search_results(small_protocol, finished)


def test_nothing_there_names_the_command(small_protocol, tmp_path):
    with pytest.raises(ResultsError, match=r"make them with `monas run small --results"):
        load_search_results(small_protocol, tmp_path)
