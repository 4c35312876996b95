"""The converter of YAHPO Gym's surrogate: the published model, and files that it refuses."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from made_surrogate import FILES, SOURCE, original_files, published_arrays

from bench.data.readers.converters.nb301_yahpo import convert
from bench.errors import CallError, DataError


@pytest.fixture(scope="module")
def real_arrays(real_tables):
    return published_arrays(real_tables)


@pytest.fixture(scope="module")
def real_files(real_tables):
    return original_files(real_tables)


def test_converted_arrays_are_the_published_tables(real_files, real_arrays):
    pytest.importorskip("onnx")
    converted = convert(real_files)
    assert set(converted) == set(real_arrays) - {"meta_json"}
    for name in converted:
        assert converted[name].dtype == real_arrays[name].dtype, name
        assert np.array_equal(converted[name], real_arrays[name]), name


def test_without_onnx_the_message_says_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(CallError, match=r"needs the package onnx: `pip install 'monas-bench\[imp"):
        convert({f"{SOURCE}/{name}": tmp_path / name for name in FILES})


def test_a_file_that_is_not_a_model_is_refused(tmp_path):
    pytest.importorskip("onnx")
    files = {f"{SOURCE}/{name}": tmp_path / name for name in FILES}
    files[f"{SOURCE}/model_v2.onnx"].write_bytes(b"\x0a\xff not a model")
    with pytest.raises(DataError, match=r"model_v2.onnx: not an ONNX model"):
        convert(files)
    files[f"{SOURCE}/model_v2.onnx"].write_bytes(b"")
    with pytest.raises(DataError, match=r"model_v2.onnx: the model has no weight 'embds_fct.0"):
        convert(files)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda g: g.node.remove(_node(g, "Exp")), r"the model has 105 steps, expected 106"),
        (lambda g: _node(g, "Relu").__setattr__("op_type", "Elu"), r"step 43 .*Elu.*Relu"),
        (lambda g: _node(g, "Sigmoid").__setattr__("op_type", "Tanh"), r"Tanh\(\).*Sigmoid\(\)"),
        (lambda g: _node(g, "BatchN").attribute[0].__setattr__("f", 1e-3), r"0\.001\).*1e-05\)"),
        (lambda g: _node(g, "Gemm").input.reverse(), r"step \d+ .*first_layer.bias, first_layer.w"),
        (lambda g: g.initializer.pop(), r"the model has no weight"),
    ],
)
def test_another_model_is_refused(real_files, tmp_path, change, message):
    onnx = pytest.importorskip("onnx")
    model = onnx.load(real_files[f"{SOURCE}/model_v2.onnx"])
    change(model.graph)
    changed = tmp_path / "model_v2.onnx"
    changed.write_bytes(model.SerializeToString())
    with pytest.raises(DataError, match=message):
        convert({**real_files, f"{SOURCE}/model_v2.onnx": changed})


def _node(graph, start):
    return next(node for node in graph.node if node.op_type.startswith(start))


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("encoding_v2.json", b"{", b"", r"encoding_v2.json is not JSON"),
        ("encoding_v2.json", b'"#na#": 0', b'"#na#": 1', r"encoding_v2.json: codes of .*normal_0"),
        ("config_space_v2.json", b'"max_pool_3x3"', b'"max_pool"', r"expected 0 to 7 for #na#"),
        ("config_space_v2.json", b'"upper": 98', b'"upper": 99', r"epochs \(1, 99\), expected"),
        ("config_space_v2.json", b"edge_reduce_3", b"edge_other_3", r"no '.*edge_reduce_3'"),
    ],
)
def test_other_names_and_codes_are_refused(real_files, tmp_path, name, old, new, message):
    pytest.importorskip("onnx")
    content = real_files[f"{SOURCE}/{name}"].read_bytes()
    assert old in content
    changed = tmp_path / name
    changed.write_bytes(content.replace(old, new, 1))
    with pytest.raises(DataError, match=message):
        convert({**real_files, f"{SOURCE}/{name}": changed})
