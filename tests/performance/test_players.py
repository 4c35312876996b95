"""What a process of its own costs a run: its start, its messages, and the journal.

Each figure is printed beside the same in the judge's own process, measured in the same run.
"""

from __future__ import annotations

import time
from itertools import count

import numpy as np
import pytest

from bench.entrants.method import find_method
from bench.limits import Limits
from bench.method import Evaluation, Problem, candidates
from bench.players.host import Player
from bench.protocol import load_search_protocol
from bench.runs.entrant import find_entrant
from bench.runs.search import SearchRun

METHODS = ("random", "nsga2", "local-search")


@pytest.fixture(scope="module")
def played():
    """Return nb201-digits, its task, and a way to play a method's run in a new folder."""
    protocol = load_search_protocol("nb201-digits")
    task = protocol.task()
    numbers = count()

    def play(name, folder):
        entrant = find_entrant(protocol.entrants()[name])
        run = SearchRun(protocol, task, entrant, 0, folder / str(next(numbers)))
        assert run.play().status == "done"

    return protocol, task, play


def test_the_start_of_a_player(benchmark):
    def start_and_end():
        with Player(Limits()) as player:
            player.order("describe", doing="describing", kind="method", spec="random")

    benchmark.pedantic(start_and_end, rounds=20, warmup_rounds=2)


@pytest.mark.parametrize("name", METHODS)
def test_a_run_beside_the_same_without_process_and_journal(benchmark, played, tmp_path, name):
    protocol, task, play = played
    play(name, tmp_path)  # libraries are imported once
    in_process = min(_seconds(protocol, task, name) for _ in range(5))
    benchmark.pedantic(play, args=(name, tmp_path), rounds=10)
    best = benchmark.stats.stats.min
    benchmark.extra_info["in_process_s"] = round(in_process, 4)
    benchmark.extra_info["ratio"] = round(best / in_process, 2)
    benchmark.extra_info["ms_more_a_run"] = round(1000 * (best - in_process), 1)


def _seconds(protocol, task, name):
    """Return the seconds of a run's method and evaluations in this process."""
    began = time.perf_counter()
    budget = protocol.rules.budget
    designs = protocol.initial_designs(task.space, 0)
    problem = Problem(
        space=task.space,
        objectives=task.objectives,
        cheap_objectives=task.cheap_objectives,
        reference_point=protocol.raw_reference_point,
        evaluations=budget.evaluations,
        batch=budget.batch,
        initial=designs,
        rng=np.random.default_rng(0),
        _cheap=task.cheap,
        estimates=task.estimates,
    )
    method = find_method(name).entrant(problem)
    asked, done = candidates(designs), 0
    while True:
        answer = task.evaluate(asked)
        told = [
            Evaluation(done + i, candidate, answer.objectives[i], float(answer.cost_seconds[i]))
            for i, candidate in enumerate(asked)
        ]
        done += len(asked)
        problem.evaluations_left = budget.evaluations - done
        method.tell(told)
        if done >= budget.evaluations:
            return time.perf_counter() - began
        asked = [*method.ask(min(budget.batch, budget.evaluations - done))]
