"""YAHPO Gym's surrogate of NAS-Bench-301: plain arrays from its ONNX model and two JSON files.

The converter needs the package onnx (an extra). `bench.tasks.yahpo` computes with the arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.data.readers.converters._files import source_path
from bench.data.table import Columns
from bench.errors import CallError, DataError
from bench.schema import read_json

__all__ = ["CARDINALITIES", "EPOCHS", "INPUT_NAMES", "OUTPUTS", "convert"]

EPOCHS = 98
OUTPUTS = ("val_accuracy", "val_cross_entropy", "runtime_s", "runtime_increase_s")

# The model's categorical inputs in its own order (YAHPO's two JSON files have others), and how
# many codes each has: seven operations or the pairs of earlier nodes, and 0 for "not active".
_PREFIX = "NetworkSelectorDatasetInfo_COLON_darts_COLON_"
_CELLS = ("normal", "reduce")
INPUT_NAMES = tuple(
    [f"{_PREFIX}edge_{cell}_{edge}" for cell in _CELLS for edge in range(14)]
    + [f"{_PREFIX}inputs_node_{cell}_{node}" for cell in _CELLS for node in (3, 4, 5)]
)
CARDINALITIES = (8,) * 28 + (4, 7, 11) * 2

_SOURCE = "yahpo_data_v2_nb301"
_LAYERS = 5
_BN_EPS = 1e-5
_NORM = {"weight": "w", "bias": "b", "running_mean": "mean", "running_var": "var"}


class _Step(NamedTuple):
    """One operation of the model, such as `Gemm(head.weight, head.bias)`, and its constant."""

    text: str
    number: float | None = None


def convert(files: Mapping[str, Path]) -> Columns:
    """Return the surrogate's weights and scales.

    Parameters
    ----------
    files : mapping of str to path
        `yahpo_data_v2_nb301/` + `model_v2.onnx`, `encoding_v2.json` and `config_space_v2.json`.

    Returns
    -------
    dict of str to array
        `emb00` to `emb33`, `first_*`, `l0_*` to `l4_*`, `last_bn_*`, `head_*` (float32, as in the
        model); `y_range`, `y_min`, `y_std`, `y_mean` (float64 [4]). Their lengths differ.

    Raises
    ------
    CallError
        If the package onnx is not installed.
    DataError
        If a file is missing or cannot be read; if the model's operations, their weights or their
        constants are not those of `bench.tasks.yahpo`, in its order; or if the JSON files disagree
        with it. The connections between operations are not checked: the file has a known sha256.
    """
    path = source_path(files, f"{_SOURCE}/model_v2.onnx")
    weights, steps = _read_model(path)
    numbers = _check_steps(path, steps)
    names = _array_names()
    arrays: Columns = {ours: weights[name] for name, ours in names.items()}
    scales = np.asarray(numbers).reshape(len(OUTPUTS), 4).T
    for name, values in zip(("y_range", "y_min", "y_std", "y_mean"), scales, strict=True):
        arrays[name] = np.ascontiguousarray(values)
    _check_encoding(files)
    return arrays


def _array_names() -> dict[str, str]:
    """Return the suite's name of every weight of the model."""
    names = {f"embds_fct.{i}.weight": f"emb{i:02d}" for i in range(len(INPUT_NAMES))}
    names |= {f"first_layer.{part}": f"first_{part[0]}" for part in ("weight", "bias")}
    for layer in range(_LAYERS):
        theirs, ours = f"layers.{layer}", f"l{layer}"
        names |= {f"{theirs}.norm.{part}": f"{ours}_bn_{end}" for part, end in _NORM.items()}
        for linear in (0, 1):
            names |= {
                f"{theirs}.linear{linear}.{part}": f"{ours}_lin{linear}_{part[0]}"
                for part in ("weight", "bias")
            }
    names |= {f"last_normalization.{part}": f"last_bn_{end}" for part, end in _NORM.items()}
    return names | {f"head.{part}": f"head_{part[0]}" for part in ("weight", "bias")}


# -- the model ------------------------------------------------------------------------------------


def _read_model(path: Path) -> tuple[dict[str, NDArray[np.generic]], list[_Step]]:
    try:
        import onnx
        from google.protobuf.message import DecodeError
        from onnx import numpy_helper
    except ModuleNotFoundError:
        raise CallError(
            f"reading {path.name} needs the package onnx: `pip install 'monas-bench[import]'`"
        ) from None
    try:
        graph = onnx.load(str(path), load_external_data=False).graph
    except DecodeError as error:
        raise DataError(f"{path}: not an ONNX model: {error}") from None
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    missing = sorted(set(_array_names()) - set(weights))
    if missing:
        raise DataError(f"{path}: the model has no weight {missing[0]!r}")
    constants = {
        node.output[0]: numpy_helper.to_array(node.attribute[0].t)
        for node in graph.node
        if node.op_type == "Constant"
    }
    return weights, [step for node in graph.node if (step := _step(node, weights, constants))]


def _step(
    node: Any, weights: Mapping[str, object], constants: Mapping[str, NDArray[np.generic]]
) -> _Step | None:
    """Return the computation of a node; None if it only moves values or computes shapes."""
    if node.op_type in {"Constant", "Shape", "Slice", "Concat", "Cast", "Unsqueeze"}:
        return None
    known = [constants[name] for name in node.input if name in constants]
    if any(value.dtype.kind == "i" for value in known):
        return None
    operands = ", ".join(name for name in node.input if name in weights)
    attributes = {attribute.name: attribute for attribute in node.attribute}
    if "epsilon" in attributes:
        operands += f", {np.float32(attributes['epsilon'].f)!s}"
    if "transB" in attributes and not attributes["transB"].i:
        operands += ", not transposed"
    number = float(known[0].ravel()[0]) if known else None
    return _Step(f"{node.op_type}({operands})", number)


def _check_steps(path: Path, steps: list[_Step]) -> list[float]:
    """Return range, minimum, deviation and mean of each output; check all other steps."""
    expected = _expected_steps()
    if len(steps) != len(expected):
        raise DataError(f"{path}: the model has {len(steps)} steps, expected {len(expected)}")
    numbers = []
    for index, (step, wanted) in enumerate(zip(steps, expected, strict=True)):
        free = wanted.number is not None and np.isnan(wanted.number)
        if free and step.text == wanted.text and step.number is not None:
            numbers.append(step.number)
        elif step != wanted:
            raise DataError(f"{path}: step {index} of the model is {step}, expected {wanted}")
    return numbers


def _expected_steps() -> list[_Step]:
    """Return the steps of `bench.tasks.yahpo`'s formula; NaN means any constant."""

    def linear(name: str) -> _Step:
        return _Step(f"Gemm({name}.weight, {name}.bias)")

    def norm(name: str) -> _Step:
        parts = ", ".join(f"{name}.{part}" for part in _NORM)
        return _Step(f"BatchNormalization({parts}, {_BN_EPS})")

    def arithmetic(*pairs: tuple[str, float]) -> list[_Step]:
        return [_Step(f"{op}()", float(np.float32(number))) for op, number in pairs]

    steps = [_Step(f"Gather(embds_fct.{i}.weight)") for i in range(len(INPUT_NAMES))]
    to_share = (("Sub", 1), ("Mul", 0.98), ("Div", EPOCHS - 1), ("Add", 0.01))
    steps += [*arithmetic(*to_share, ("Mul", 2), ("Sub", 1)), linear("first_layer")]
    for layer in range(_LAYERS):
        name = f"layers.{layer}"
        steps += [norm(f"{name}.norm"), linear(f"{name}.linear0"), _Step("Relu()")]
        steps += [_Step("Mul()"), linear(f"{name}.linear1"), _Step("Add()")]
    steps += [norm("last_normalization"), _Step("Relu()"), linear("head"), _Step("Sigmoid()")]
    from_share = [("Sub", 0.01), ("Div", 0.98)]
    from_share += [(op, np.nan) for op in ("Mul", "Add", "Mul", "Add")]
    for output in range(len(OUTPUTS)):
        steps += arithmetic(*from_share)
        steps += [_Step("Exp()")] if output >= 2 else []
        steps += arithmetic(("Max", 0), *((("Min", 1),) if output == 0 else ()))
    return steps


# -- names and codes ------------------------------------------------------------------------------


def _check_encoding(files: Mapping[str, Path]) -> None:
    """Compare the codes in both JSON files with those of `bench.tasks.yahpo`."""
    encoding_path = source_path(files, f"{_SOURCE}/encoding_v2.json")
    space_path = source_path(files, f"{_SOURCE}/config_space_v2.json")
    encoding: dict[str, dict[str, int]] = read_json(encoding_path, DataError)
    try:
        space = {
            entry["name"]: entry for entry in read_json(space_path, DataError)["hyperparameters"]
        }
        epochs = (space["epoch"]["lower"], space["epoch"]["upper"])
        choices = {name: set(space[name]["choices"]) for name in INPUT_NAMES}
    except (KeyError, TypeError) as error:
        raise DataError(f"{space_path}: not the surrogate's space: no {error}") from None
    if epochs != (1, EPOCHS):
        raise DataError(f"{space_path}: epochs {epochs}, expected {(1, EPOCHS)}")
    for name, count in zip(INPUT_NAMES, CARDINALITIES, strict=True):
        codes = encoding.get(name, {})
        if sorted(codes.values()) != list(range(count)) or set(codes) != choices[name] | {"#na#"}:
            raise DataError(
                f"{encoding_path}: codes of {name} are {codes}, expected 0 to {count - 1} for "
                f"#na# and {', '.join(sorted(choices[name]))}"
            )
