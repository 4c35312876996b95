"""Speed and memory of real tables, compared with the official reader of NAS-Bench-201."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
from official_results import make_results

from bench.data import catalogue_entry, load_table
from bench.method import candidates
from bench.protocol import load_search_protocol
from bench.spaces import NASBench201

ARCHITECTURES = 15_625
SAMPLE = 20  # architectures in the file that the official reader reads


@pytest.fixture(autouse=True)
def _real(real_tables):
    pass


def test_load_of_nb201_beside_the_official_reader(benchmark, tmp_path):
    """The official reader gets a file of its format with few architectures; extrapolated."""
    nas_201_api = pytest.importorskip("nas_201_api")
    torch = pytest.importorskip("torch")
    table = benchmark(load_table, "nb201")
    assert table.rows == ARCHITECTURES
    chosen = list(range(SAMPLE))
    full = dict.fromkeys(chosen, (777, 888, 999))
    states = {index: make_results(nas_201_api, index, full) for index in chosen}
    path = tmp_path / "small.pth"
    torch.save(
        {
            "meta_archs": [table.column("arch_str")[index] for index in chosen],
            "arch2infos": {i: {"full": s["200"], "less": s["12"]} for i, s in states.items()},
            "evaluated_indexes": chosen,
        },
        path,
    )
    began = time.perf_counter()
    nas_201_api.NASBench201API(str(path), verbose=False)
    seconds = time.perf_counter() - began
    benchmark.extra_info["official_ms_per_architecture"] = round(1e3 * seconds / SAMPLE, 2)
    benchmark.extra_info["official_over_ours_extrapolated"] = round(
        seconds / SAMPLE * ARCHITECTURES / benchmark.stats.stats.median
    )


def test_memory_of_nb201(benchmark):
    """Loading adds some megabytes to a process at its peak, including pyarrow's libraries."""
    code = (
        "from pathlib import Path\n"
        "from bench.data import load_table\n"
        "def kilobytes(what):\n"
        "    lines = Path('/proc/self/status').read_text().splitlines()\n"
        "    return int(next(line for line in lines if line.startswith(what)).split()[1])\n"
        "before = kilobytes('VmRSS')\n"
        "table = load_table('nb201')\n"
        "added = (kilobytes('VmHWM') - before) / 1024\n"
        "print(added, sum(v.nbytes for v in table.columns.values()) / 2**20)\n"
    )
    done = benchmark.pedantic(
        subprocess.run,
        args=([sys.executable, "-c", code],),
        kwargs={"capture_output": True, "text": True, "check": True},
        rounds=3,
    )
    added, held = map(float, done.stdout.split())
    benchmark.extra_info["mb_added"] = round(added, 1)
    benchmark.extra_info["mb_of_arrays"] = round(held, 1)
    assert held < added


@pytest.mark.parametrize("name", ["nb201-cifar10", "hwnas-many"])
def test_query_of_1000_architectures(benchmark, name):
    task = load_search_protocol(name).task()
    asked = candidates(NASBench201().sample(np.random.default_rng(0), 1000))
    answer = benchmark(task.evaluate, asked)
    assert len(answer.objectives) == 1000


def test_query_of_1000_architectures_as_an_array(benchmark):
    task = load_search_protocol("nb201-cifar10").task()
    cells = NASBench201().sample(np.random.default_rng(0), 1000)
    assert benchmark(task.score, cells).shape == (1000, 2)


def test_catalogue_entry(benchmark):
    assert benchmark(catalogue_entry, "nb201").rows == ARCHITECTURES
