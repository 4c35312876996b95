"""The NAS-Bench-301 surrogate in numpy: its formula, its batches, and inputs that it refuses."""

from __future__ import annotations

import json

import numpy as np
import pytest
from made_surrogate import SOURCE, made_arrays, original_files, published_arrays

from bench.data.readers.converters.nb301_yahpo import CARDINALITIES, INPUT_NAMES, OUTPUTS
from bench.errors import CallError, DataError
from bench.tasks.yahpo import YahpoSurrogate

CLOSE = {"rtol": 1e-5, "atol": 1e-5}  # single precision against double

# An edge leads to a node (2 to 5) from any earlier one: (node, source) of edges 0 to 13 of a cell.
EDGES = [(node, source) for node in (2, 3, 4, 5) for source in range(node)]


def pairs(node):
    """Return the pairs of input nodes in the order of their codes, from 1."""
    return [(a, b) for a in range(node) for b in range(a + 1, node)]


def random_inputs(rng, n):
    """Return n valid architectures [n, 34]: every node has two inputs, other edges have code 0."""
    inputs = np.zeros((n, 34), dtype=np.int64)
    for row in inputs:
        for cell in range(2):
            active = [(2, 0), (2, 1)]
            for node in (3, 4, 5):
                choice = rng.integers(len(pairs(node)))
                row[28 + 3 * cell + node - 3] = choice + 1
                active += [(node, source) for source in pairs(node)[choice]]
            for edge in active:
                row[14 * cell + EDGES.index(edge)] = rng.integers(1, 8)
    return inputs


def plain_formula(arrays, inputs, epochs):
    """Return the four outputs [n, 4] step by step in double precision, without rearrangements."""
    w = {name: values.astype(float) for name, values in arrays.items()}

    def norm(h, name):
        centred = (h - w[f"{name}_mean"]) / np.sqrt(w[f"{name}_var"] + 1e-5)
        return centred * w[f"{name}_w"] + w[f"{name}_b"]

    def linear(h, name):
        return h @ w[f"{name}_w"].T + w[f"{name}_b"]

    embedded = [w[f"emb{i:02d}"][inputs[:, i]] for i in range(34)]
    scaled = ((np.broadcast_to(epochs, len(inputs)) - 1) * 0.98 / 97 + 0.01) * 2 - 1
    h = linear(np.concatenate([*embedded, scaled[:, None]], axis=1), "first")
    for layer in range(5):
        z = linear(norm(h, f"l{layer}_bn"), f"l{layer}_lin0")
        h = h + linear(z[:, :342] * np.maximum(z[:, 342:], 0), f"l{layer}_lin1")
    s = 1 / (1 + np.exp(-linear(np.maximum(norm(h, "last_bn"), 0), "head")))
    y = ((s - 0.01) / 0.98 * w["y_range"] + w["y_min"]) * w["y_std"] + w["y_mean"]
    y[:, 2:] = np.exp(y[:, 2:])
    return np.stack([y[:, 0].clip(0, 1), *y[:, 1:].clip(0, None).T], axis=1)


def stacked(answer):
    assert tuple(answer) == OUTPUTS
    return np.stack(list(answer.values()), axis=1)


@pytest.fixture(scope="module")
def made():
    return made_arrays()


@pytest.fixture(scope="module")
def surrogate(made):
    return YahpoSurrogate(made)


@pytest.fixture(scope="module")
def real_arrays(real_tables):
    return published_arrays(real_tables)


@pytest.fixture(scope="module")
def real_files(real_tables):
    return original_files(real_tables)


# -- on random weights ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_the_plain_formula(seed):
    arrays = made_arrays(seed)
    rng = np.random.default_rng(seed)
    inputs, epochs = random_inputs(rng, 600), rng.integers(1, 99, 600)
    truth = plain_formula(arrays, inputs, epochs)
    found = stacked(YahpoSurrogate(arrays).predict(inputs, epochs))
    np.testing.assert_allclose(found, truth, **CLOSE)
    assert (truth.std(axis=0) > 0.01).all()


def test_accuracy_is_clipped_to_0_and_1_and_entropy_to_0(made):
    wide = {**made, "y_std": made["y_std"] * [20, 20, 1, 1]}
    inputs = random_inputs(np.random.default_rng(4), 600)
    answer = YahpoSurrogate(wide).predict(inputs, 30)
    np.testing.assert_allclose(stacked(answer), plain_formula(wide, inputs, 30), **CLOSE)
    assert (answer["val_accuracy"].min(), answer["val_accuracy"].max()) == (0, 1)
    assert answer["val_cross_entropy"].min() == 0


def test_every_code_of_every_input_changes_the_output(surrogate, made):
    start = random_inputs(np.random.default_rng(1), 1)[0]
    for i, codes in enumerate(CARDINALITIES):
        varied = np.repeat(start[None], codes, axis=0)
        varied[:, i] = np.arange(codes)
        found = stacked(surrogate.predict(varied, 50))
        np.testing.assert_allclose(found, plain_formula(made, varied, 50), **CLOSE, err_msg=str(i))
        assert len(np.unique(found[:, 2])) == codes, i


def test_one_by_one_the_bits_do_not_depend_on_the_batch(surrogate):
    rng = np.random.default_rng(2)
    inputs, epochs = random_inputs(rng, 40), rng.integers(1, 99, 40)
    together = stacked(surrogate.predict(inputs, epochs, one_by_one=True))
    order = rng.permutation(40)
    shuffled = surrogate.predict(inputs[order], epochs[order], one_by_one=True)
    assert np.array_equal(stacked(shuffled), together[order])
    alone = surrogate.predict(inputs[:1], int(epochs[0]), one_by_one=True)
    assert np.array_equal(stacked(alone), together[:1])


def test_it_repeats_and_does_not_change_its_arguments(surrogate):
    rng = np.random.default_rng(3)
    inputs, epochs = random_inputs(rng, 50), rng.integers(1, 99, 50)
    inputs.flags.writeable = epochs.flags.writeable = False
    first, second = (stacked(surrogate.predict(inputs, epochs)) for _ in range(2))
    assert np.array_equal(first, second)


def test_one_epoch_for_all_and_other_integer_types(surrogate):
    inputs = random_inputs(np.random.default_rng(5), 7)
    expected = stacked(surrogate.predict(inputs, np.full(7, 98)))
    assert np.array_equal(stacked(surrogate.predict(inputs.astype(np.int8), 98)), expected)
    assert np.array_equal(stacked(surrogate.predict(inputs.tolist(), [98] * 7)), expected)


@pytest.mark.parametrize("empty", [[], np.empty((0, 34), dtype=np.int8)])
def test_no_architectures_give_empty_arrays(surrogate, empty):
    for epoch in (98, []):
        assert stacked(surrogate.predict(empty, epoch)).shape == (0, 4)


# -- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column", "code", "message"),
    [
        (2, 0, 8, r"architecture 2 has code 8 for .*edge_normal_0 \(input 0\); expected 0 to 7"),
        (
            1,
            28,
            4,
            r"architecture 1 has code 4 for .*inputs_node_normal_3 \(input 28\); expected 0 to 3",
        ),
        (0, 5, -1, r"architecture 0 has code -1 for .*edge_normal_5 \(input 5\); expected 0 to 7"),
    ],
)
def test_the_first_code_out_of_range_is_named(surrogate, row, column, code, message):
    inputs = random_inputs(np.random.default_rng(6), 3)
    inputs[row, column] = code
    inputs[2, -1] = 11 if row == 2 else 99  # the first wrong one is named
    with pytest.raises(CallError, match=message):
        surrogate.predict(inputs, 98)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (np.ones((2, 33), dtype=int), r"expected shape \[n, 34\], got \[2, 33\]"),
        (np.ones(34, dtype=int), r"expected shape \[n, 34\], got \[34\]"),
        (np.ones((2, 34)), r"expected integer codes, got float64"),
        (np.ones((2, 34), dtype=bool), r"expected integer codes, got bool"),
    ],
)
def test_wrong_inputs_are_refused(surrogate, inputs, message):
    with pytest.raises(CallError, match=message):
        surrogate.predict(inputs, 98)


@pytest.mark.parametrize(
    ("epoch", "message"),
    [
        (0, r"epoch 0: expected 1 to 98"),
        (99, r"epoch 99: expected 1 to 98"),
        ([1, 98, 99], r"epoch 99 of architecture 2: expected 1 to 98"),
        ([1, 0, 99], r"epoch 0 of architecture 1: expected 1 to 98"),
        (98.0, r"epoch: expected integers, got float64"),
        ([1, 2], r"epoch: expected one or shape \[3\], got \[2\]"),
    ],
)
def test_wrong_epochs_are_refused(surrogate, epoch, message):
    with pytest.raises(CallError, match=message):
        surrogate.predict(random_inputs(np.random.default_rng(7), 3), epoch)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("l3_lin0_w", None, "array 'l3_lin0_w' is missing"),
        ("emb28", lambda a: a[:3], r"'emb28' is float32 \[3, 3\], expected floating .* \[4, 3\]"),
        ("y_std", lambda a: a.astype(int), r"'y_std' is int64 \[4\], expected floating point"),
        ("head_b", lambda a: a * np.nan, "'head_b' has values that are not finite"),
    ],
)
def test_damaged_arrays_are_refused(made, name, change, message):
    arrays = {key: values for key, values in made.items() if key != name}
    if change is not None:
        arrays[name] = change(made[name])
    with pytest.raises(DataError, match=message):
        YahpoSurrogate(arrays)


# -- on the published model -----------------------------------------------------------------------


def test_it_agrees_with_the_published_model(real_arrays, real_files):
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(
        real_files[f"{SOURCE}/model_v2.onnx"], providers=["CPUExecutionProvider"]
    )
    rng = np.random.default_rng(0)
    inputs, epochs = random_inputs(rng, 2000), rng.integers(1, 99, 2000)
    (theirs,) = session.run(
        None, {"x_cat": inputs.astype(np.int32), "x_cont": epochs[:, None].astype(np.float32)}
    )
    surrogate = YahpoSurrogate(real_arrays)
    ours = stacked(surrogate.predict(inputs, epochs))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    np.testing.assert_allclose(ours, plain_formula(real_arrays, inputs, epochs), rtol=5e-6)
    alone = stacked(surrogate.predict(inputs[:200], epochs[:200], one_by_one=True))
    np.testing.assert_allclose(alone, ours[:200], rtol=5e-6)


def test_mean_accuracy_is_the_published_one(real_arrays):
    # The known means are of another random sample of unknown size. A sample of 2,000 has a standard
    # error of 0.0007 at epoch 1 and 0.0001 at epoch 98; 0.004 allows for one of a few hundred.
    surrogate = YahpoSurrogate(real_arrays)
    inputs = random_inputs(np.random.default_rng(11), 2000)
    known = {1: 0.546, 10: 0.720, 25: 0.816, 50: 0.879, 98: 0.924}
    found = [surrogate.predict(inputs, epoch)["val_accuracy"].mean() for epoch in known]
    np.testing.assert_allclose(found, list(known.values()), rtol=0, atol=0.004)


def test_only_active_edges_have_a_code_as_the_space_requires(real_files):
    space = json.loads(real_files[f"{SOURCE}/config_space_v2.json"].read_bytes())
    encoding = json.loads(real_files[f"{SOURCE}/encoding_v2.json"].read_bytes())
    inputs = random_inputs(np.random.default_rng(12), 300)
    column = {name: i for i, name in enumerate(INPUT_NAMES)}
    conditional = set()
    for condition in space["conditions"]:
        child, parent = column[condition["child"]], column[condition["parent"]]
        conditional.add(child)
        codes = encoding[condition["parent"]]
        labels = np.asarray(sorted(codes, key=codes.__getitem__))[inputs[:, parent]]
        assert np.array_equal(inputs[:, child] > 0, np.isin(labels, condition["values"]))
    assert sorted(set(range(34)) - conditional) == [0, 1, 14, 15, *range(28, 34)]
    assert (inputs[:, [0, 1, 14, 15]] > 0).all()
