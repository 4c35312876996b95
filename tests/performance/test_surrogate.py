"""Speed of the NAS-Bench-301 surrogate beside onnxruntime on the same model, one thread each."""

from __future__ import annotations

import time

import numpy as np
import pytest

from bench.data.readers.converters.nb301_yahpo import CARDINALITIES
from bench.tasks.yahpo import YahpoSurrogate

ARCHITECTURES = 1000


@pytest.fixture(scope="module")
def surrogate(real_tables):
    path = real_tables / "nb301_yahpo_v2.npz"
    if not path.exists():
        pytest.skip(f"no {path.name} among the published tables")
    with np.load(path, allow_pickle=False) as stored:
        return YahpoSurrogate(stored)


@pytest.fixture(scope="module")
def session(real_tables):
    onnxruntime = pytest.importorskip("onnxruntime")
    model = real_tables / "raw" / "yahpo_data_v2_nb301" / "model_v2.onnx"
    if not model.exists():
        pytest.skip("no original YAHPO model among the published tables")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def query():
    """Return codes [1000, 34] and epochs [1000]; the time does not depend on their values."""
    rng = np.random.default_rng(0)
    return rng.integers(0, CARDINALITIES, (ARCHITECTURES, 34)), rng.integers(1, 99, ARCHITECTURES)


def test_query_of_1000_architectures_beside_onnxruntime(benchmark, surrogate, session, query):
    inputs, epochs = query
    feed = {"x_cat": inputs.astype(np.int32), "x_cont": epochs[:, None].astype(np.float32)}
    answer = benchmark.pedantic(surrogate.predict, args=query, rounds=50, warmup_rounds=3)
    # In turns, so that other work of the machine slows both equally.
    ours, theirs = zip(
        *(
            (_seconds(surrogate.predict, *query), _seconds(session.run, None, feed))
            for _ in range(100)
        ),
        strict=True,
    )
    benchmark.extra_info["onnxruntime_ms"] = round(1e3 * float(np.median(theirs)), 2)
    benchmark.extra_info["ratio_to_onnxruntime"] = round(
        float(np.median(np.divide(ours, theirs))), 3
    )
    (expected,) = session.run(None, feed)
    np.testing.assert_allclose(np.stack(list(answer.values()), axis=1), expected, rtol=1e-5)


def test_loading(benchmark, real_tables, surrogate, query):
    def load():
        with np.load(real_tables / "nb301_yahpo_v2.npz", allow_pickle=False) as stored:
            return YahpoSurrogate(stored)

    assert benchmark(load).predict(*query).keys() == surrogate.predict(*query).keys()


def test_query_of_one_architecture(benchmark, surrogate, query):
    inputs, epochs = query
    answer = benchmark(surrogate.predict, inputs[:1], epochs[:1])
    assert answer["val_accuracy"].shape == (1,)


def _seconds(call, *arguments):
    began = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - began
