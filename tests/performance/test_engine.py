"""Speed of the engine: tables, start, long runs and finished protocols, with ratios to a floor."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from playing import planned, run

from bench.data import catalogue_entry, load_table
from bench.data.table import _read_parquet
from bench.entrants.method import find_method
from bench.method import candidates
from bench.protocol import load_search_protocol
from bench.runs.plan import plan
from bench.runs.sweep import perform
from bench.spaces import NASBench201

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def long_protocol(tmp_path_factory):
    """nb201-digits with 1,000 evaluations."""
    text = (ROOT / "protocols" / "nb201-digits.toml").read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("protocol") / "long.toml"
    path.write_text(text.replace("evaluations = 200", "evaluations = 1000"), encoding="utf-8")
    return load_search_protocol(str(path))


def test_table_load(benchmark):
    table = benchmark(load_table, "nb201-digits")
    entry = catalogue_entry("nb201-digits")
    data = entry.path.read_bytes()
    seconds = []
    for _ in range(20):
        began = time.perf_counter()
        _read_parquet(entry, data)
        seconds.append(time.perf_counter() - began)
    benchmark.extra_info["ratio_to_reading_alone"] = round(
        benchmark.stats.stats.median / float(np.median(seconds)), 2
    )
    assert table.rows == 6466


def test_table_query_of_1000_architectures(benchmark):
    task = load_search_protocol("nb201-digits").task()
    asked = candidates(NASBench201().sample(np.random.default_rng(0), 1000))
    answer = benchmark(task.evaluate, asked)
    assert answer.objectives.shape == (1000, 2)


def test_help(benchmark):
    command = [sys.executable, "-c", "from bench.cli import main; main(['--help'])"]
    done = benchmark.pedantic(
        subprocess.run, args=(command,), kwargs={"capture_output": True}, rounds=10
    )
    assert done.returncode == 0
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    benchmark.extra_info["ratio_to_an_empty_program"] = round(
        benchmark.stats.stats.median / (time.perf_counter() - began), 2
    )


def test_nsga2_run_of_1000_evaluations_with_its_journal(benchmark, long_protocol, tmp_path):
    task, found = long_protocol.task(), find_method("nsga2")
    folders = iter(range(10_000))

    def play():
        return run(long_protocol, task, found, 0, tmp_path / str(next(folders)))

    outcome = benchmark.pedantic(play, rounds=5, warmup_rounds=1)
    assert outcome.status == "done"
    loops = [_pymoo_alone(long_protocol, task) for _ in range(5)]
    benchmark.extra_info["ratio_to_pymoo_minimize"] = round(
        benchmark.stats.stats.median / float(np.median(loops)), 2
    )


def _pymoo_alone(protocol, task):
    """Return the seconds of pymoo's own loop with the same operators, without a journal."""
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem
    from pymoo.operators.crossover.ux import UniformCrossover
    from pymoo.operators.mutation.pm import PolynomialMutation
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling
    from pymoo.optimize import minimize

    class OnTable(Problem):
        def __init__(self):
            super().__init__(n_var=6, n_obj=2, xl=0, xu=4, vtype=int)

        def _evaluate(self, x, out, *_args, **_kwargs):
            out["F"] = task.evaluate(candidates(x)).objectives

    algorithm = NSGA2(
        pop_size=20,
        sampling=IntegerRandomSampling(),
        crossover=UniformCrossover(prob=0.9),
        mutation=PolynomialMutation(prob_var=1 / 6, eta=3.0, vtype=float, repair=RoundingRepair()),
    )
    began = time.perf_counter()
    minimize(OnTable(), algorithm, ("n_eval", protocol.rules.budget.evaluations), seed=1)
    return time.perf_counter() - began


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Play 15 methods in 20 repetitions of 50 evaluations; return protocol and results."""
    text = (ROOT / "protocols" / "nb201-digits.toml").read_text(encoding="utf-8")
    folder = tmp_path_factory.mktemp("finished")
    path = folder / "finished.toml"
    path.write_text(text.replace("evaluations = 200", "evaluations = 50"), encoding="utf-8")
    runs = planned(path, results=folder).runs
    assert len(runs) == 300
    assert {perform(run).status for run in runs} == {"done"}
    return load_search_protocol(str(path)), folder


def test_plan_of_a_finished_protocol_with_300_runs(benchmark, finished):
    """The floor is to read the same journals, and to parse their lines as JSON."""
    protocol, folder = finished
    made = benchmark(plan, [protocol], results=folder)
    assert made.runs == ()
    assert len(made.ended[protocol.spec]) == 300
    assert made.outdated[protocol.spec] == ()
    paths = sorted(folder.rglob("*.jsonl"))
    assert len(paths) == 300

    def read_and_parse():
        for path in paths:
            for line in path.read_bytes().splitlines():
                json.loads(line)

    # In turns, so that other work of the machine slows both equally.
    planning, floor = zip(
        *(
            (_seconds(plan, [protocol], results=folder), _seconds(read_and_parse))
            for _ in range(20)
        ),
        strict=True,
    )
    benchmark.extra_info["ms"] = round(1e3 * float(np.median(planning)), 1)
    benchmark.extra_info["ratio_to_reading_and_parsing"] = round(
        float(np.median(np.divide(planning, floor))), 2
    )


def _seconds(work, *args, **options):
    began = time.perf_counter()
    work(*args, **options)
    return time.perf_counter() - began


def test_run_of_a_finished_protocol_with_300_runs(benchmark, finished):
    """The whole command in a new process, beside one that only loads the methods."""
    protocol, folder = finished
    code = "import sys; from bench.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "run", protocol.spec, "--results", str(folder)]
    done = benchmark.pedantic(
        subprocess.run, args=(command,), kwargs={"capture_output": True}, rounds=5
    )
    assert done.returncode == 0, done.stderr
    assert b"300 runs done, 0 failed" in done.stdout
    loading = (
        "from bench.protocol import load_protocol\n"
        "from bench.runs.sweep import sweep\n"
        "from bench.entrants.method import find_method\n"
        f"for entry in load_protocol({protocol.spec!r}).rules.roster:\n"
        "    find_method(entry.method)\n"
    )
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", loading], check=True)
    benchmark.extra_info["ratio_to_loading_the_methods_alone"] = round(
        benchmark.stats.stats.median / (time.perf_counter() - began), 2
    )
