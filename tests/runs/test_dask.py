"""A sweep on a dask cluster of this machine."""

from __future__ import annotations

import pytest

distributed = pytest.importorskip("distributed")

from method_bodies import RANDOM_BODY  # noqa: E402
from playing import planned  # noqa: E402

from bench.cli.run import _dask_executor  # noqa: E402
from bench.errors import CallError  # noqa: E402
from bench.runs.sweep import sweep  # noqa: E402


@pytest.mark.filterwarnings("default")
def test_runs_on_a_scheduler(small_protocol_file, method_file, tmp_path):
    plan = planned(small_protocol_file, results=tmp_path, entrants=[method_file(RANDOM_BODY)])
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster,
        _dask_executor(cluster.scheduler_address) as executor,
    ):
        outcomes = sweep(plan, workers=1, executor=executor, report=lambda *_: None)
    assert [outcome.status for outcome in outcomes] == ["done"] * 3
    assert len(list(tmp_path.rglob("*.jsonl"))) == 3


@pytest.mark.filterwarnings("default")
def test_a_scheduler_that_does_not_answer_is_an_error():
    with (
        pytest.raises(CallError, match=r"no dask scheduler answers at tcp://127\.0\.0\.1:9"),
        _dask_executor("tcp://127.0.0.1:9", timeout="1s"),
    ):
        pass
