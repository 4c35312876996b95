"""The YAHPO Gym surrogate of NAS-Bench-301, computed by numpy from its published weights."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.arrays import Floats, Indices
from bench.data.readers.converters.nb301_yahpo import CARDINALITIES, EPOCHS, INPUT_NAMES, OUTPUTS
from bench.errors import CallError, DataError

__all__ = ["YahpoSurrogate"]

_INPUTS = len(INPUT_NAMES)
_OFFSETS = np.cumsum(CARDINALITIES) - CARDINALITIES
_EMBEDDING_WIDTHS = (5,) * 28 + (3, 5, 6) * 2
_WIDTH, _HIDDEN, _LAYERS = 128, 342, 5
_BN_EPS = 1e-5
_MARGIN = 0.01  # scaled values are between this and 1 - this
_BLOCK = 512  # the 684 x 512 activations fit into the cache; larger blocks are slower

Float32 = NDArray[np.float32]


class YahpoSurrogate:
    """The surrogate `nb301` of YAHPO Gym, version 2, for architectures of NAS-Bench-301.

    The network embeds 34 categories and an epoch, passes them through five residual layers
    (batch normalisation, ReGLU, linear) and scales four outputs to their units. It is the model of
    Pfisterer et al., "YAHPO Gym" (AutoML 2022), fitted to the training runs of Zela et al.,
    "Surrogate NAS Benchmarks" (ICLR 2022).

    Parameters
    ----------
    arrays : mapping of str to array
        The weights by name: the table `nb301-yahpo`.

    Raises
    ------
    DataError
        If an array is missing, has another shape or is not finite.

    Notes
    -----
    Three rearrangements make it fast without changing the function. The embeddings are multiplied
    by the first layer in advance, so that 34 lookups and their sum are one product with a matrix
    of ones and zeros. Each batch normalisation is folded, in double precision, into the linear
    layer after it, and so are the biases of the residual branches. All other biases are columns of
    the weights, multiplied by a row of ones.
    """

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        weights = _read_weights(arrays)
        self._first = _first_layer(weights)
        self._layers, shift = _residual_layers(weights)
        scale, moved = _normalisation(weights, "last_bn", shift)
        self._last_scale = scale.astype(np.float32)[:, None]
        self._last_shift = moved.astype(np.float32)[:, None]
        self._head = _with_bias(weights["head_w"], weights["head_b"]).astype(np.float32)
        self._units = {name: weights[name] for name in ("y_range", "y_min", "y_std", "y_mean")}

    def predict(
        self, inputs: ArrayLike, epoch: ArrayLike, *, one_by_one: bool = False
    ) -> dict[str, Floats]:
        """Return the predicted results of training each architecture up to an epoch.

        Parameters
        ----------
        inputs : array_like of int [n, 34]
            Category codes in the order of `INPUT_NAMES`; 0 is "not active". Only their range is
            checked, not whether the active edges agree with the pairs of input nodes
            (`bench.spaces.DARTS.yahpo_inputs` makes codes that do).
        epoch : int or array_like of int [n]
            From 1 to 98.
        one_by_one : bool
            Compute each architecture separately. The rounding of a matrix product depends on its
            number of columns, so in a batch the seventh digit of a prediction depends on the batch
            (about 1e-6 relative). With this option, a machine always gives the same bits, at about
            twelve times the cost.

        Returns
        -------
        dict of str to array of float [n]
            `val_accuracy` (0 to 1), `val_cross_entropy` (nats), `runtime_s` (seconds until the end
            of the epoch) and `runtime_increase_s` (seconds of one epoch).

        Raises
        ------
        CallError
            If the shape is wrong, or a code or an epoch is not an integer or is out of range; the
            message names the first.
        """
        codes = self._check_inputs(inputs)
        scaled = _scale_epochs(_check_epochs(epoch, len(codes)))
        logits = np.empty((len(OUTPUTS), len(codes)), dtype=np.float32)
        blocks = len(codes) if one_by_one else -(-len(codes) // _BLOCK)
        bounds = np.linspace(0, len(codes), blocks + 1).astype(int).tolist()
        for begin, end in pairwise(bounds):
            logits[:, begin:end] = self._forward(codes[begin:end], scaled[begin:end])
        return self._to_units(logits)

    def _check_inputs(self, inputs: ArrayLike) -> Indices:
        found = np.asarray(inputs)
        if found.shape == (0,):
            return np.empty((0, _INPUTS), dtype=np.int64)
        if found.ndim != 2 or found.shape[1] != _INPUTS:
            raise CallError(f"inputs: expected shape [n, {_INPUTS}], got {list(found.shape)}")
        if not np.issubdtype(found.dtype, np.integer):
            raise CallError(f"inputs: expected integer codes, got {found.dtype}")
        wrong = (found < 0) | (found >= np.asarray(CARDINALITIES))
        if wrong.any():
            row, column = (int(i) for i in np.argwhere(wrong)[0])
            raise CallError(
                f"inputs: architecture {row} has code {int(found[row, column])} for "
                f"{INPUT_NAMES[column]} (input {column}); expected 0 to "
                f"{CARDINALITIES[column] - 1}"
            )
        return found.astype(np.int64)

    def _forward(self, codes: Indices, scaled_epoch: Float32) -> Float32:
        """Return the four outputs before their sigmoid, [4, n]; architectures are columns."""
        n = len(codes)
        chosen = np.zeros((self._first.shape[1], n), dtype=np.float32)
        chosen.reshape(-1)[(codes + _OFFSETS) * n + np.arange(n)[:, None]] = 1
        chosen[-2] = scaled_epoch
        chosen[-1] = 1
        hidden = self._first @ chosen  # its last row is 1
        values = hidden[:_WIDTH]
        inner = np.empty((2 * _HIDDEN, n), dtype=np.float32)
        branch = np.empty((_WIDTH, n), dtype=np.float32)
        linear, gate = inner[:_HIDDEN], inner[_HIDDEN:]
        for into, back in self._layers:
            np.matmul(into, hidden, out=inner)
            np.maximum(gate, 0, out=gate)
            gate *= linear
            np.matmul(back, gate, out=branch)
            values += branch
        values *= self._last_scale
        values += self._last_shift
        np.maximum(values, 0, out=values)
        logits: Float32 = self._head @ hidden
        return logits

    def _to_units(self, logits: Float32) -> dict[str, Floats]:
        unit = {name: values[:, None] for name, values in self._units.items()}
        shares = 0.5 + 0.5 * np.tanh(0.5 * logits.astype(np.float64))  # the sigmoid function
        scaled = (shares - _MARGIN) / (1 - 2 * _MARGIN) * unit["y_range"] + unit["y_min"]
        accuracy, entropy, *log_seconds = scaled * unit["y_std"] + unit["y_mean"]
        answers = (
            np.clip(accuracy, 0.0, 1.0),
            np.maximum(entropy, 0.0),
            *(np.exp(seconds) for seconds in log_seconds),
        )
        return dict(zip(OUTPUTS, answers, strict=True))


def _check_epochs(epoch: ArrayLike, n: int) -> Indices:
    found = np.asarray(epoch)
    if found.ndim != 0 and found.shape != (n,):
        raise CallError(f"epoch: expected one or shape [{n}], got {list(found.shape)}")
    if found.size and not np.issubdtype(found.dtype, np.integer):
        raise CallError(f"epoch: expected integers, got {found.dtype}")
    wrong = np.flatnonzero((found < 1) | (found > EPOCHS))
    if wrong.size:
        first = int(wrong[0])
        where = f" of architecture {first}" if found.ndim else ""
        raise CallError(f"epoch {found.flat[first]}{where}: expected 1 to {EPOCHS}")
    return np.broadcast_to(found, n).astype(np.int64)


def _scale_epochs(epochs: Indices) -> Float32:
    """Map epochs 1..98 linearly to -0.98..0.98."""
    shares = (epochs - 1) / (EPOCHS - 1) * (1 - 2 * _MARGIN) + _MARGIN
    return (2 * shares - 1).astype(np.float32)


# -- from the published arrays to the rearranged ones ------------------------------------------


def _read_weights(arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, Floats]:
    weights = {}
    for name, shape in _shapes().items():
        if name not in arrays:
            raise DataError(f"surrogate: array {name!r} is missing")
        found = arrays[name]
        if found.shape != shape or found.dtype.kind != "f":
            raise DataError(
                f"surrogate: array {name!r} is {found.dtype} {list(found.shape)}, expected "
                f"floating point {list(shape)}"
            )
        if not np.isfinite(found).all():
            raise DataError(f"surrogate: array {name!r} has values that are not finite")
        weights[name] = found.astype(np.float64)
    return weights


def _shapes() -> dict[str, tuple[int, ...]]:
    """Return the shape of every array of the model, by name."""
    shapes: dict[str, tuple[int, ...]] = {
        f"emb{i:02d}": (rows, width)
        for i, (rows, width) in enumerate(zip(CARDINALITIES, _EMBEDDING_WIDTHS, strict=True))
    }
    shapes |= {"first_w": (_WIDTH, sum(_EMBEDDING_WIDTHS) + 1), "first_b": (_WIDTH,)}
    norms = ["last_bn"]
    for layer in range(_LAYERS):
        norms.append(f"l{layer}_bn")
        shapes |= {
            f"l{layer}_lin0_w": (2 * _HIDDEN, _WIDTH),
            f"l{layer}_lin0_b": (2 * _HIDDEN,),
            f"l{layer}_lin1_w": (_WIDTH, _HIDDEN),
            f"l{layer}_lin1_b": (_WIDTH,),
        }
    shapes |= {f"{norm}_{part}": (_WIDTH,) for norm in norms for part in ("w", "b", "mean", "var")}
    shapes |= {"head_w": (len(OUTPUTS), _WIDTH), "head_b": (len(OUTPUTS),)}
    return shapes | {f"y_{part}": (len(OUTPUTS),) for part in ("range", "min", "std", "mean")}


def _first_layer(weights: Mapping[str, Floats]) -> Float32:
    """Return [129, codes + 2]: a column for each code of each input, the epoch, the bias."""
    ends = np.cumsum(_EMBEDDING_WIDTHS)
    parts = np.split(weights["first_w"], ends, axis=1)  # the last part belongs to the epoch
    columns = [parts[i] @ weights[f"emb{i:02d}"].T for i in range(_INPUTS)]
    table = np.concatenate([*columns, parts[-1], weights["first_b"][:, None]], axis=1)
    ones = np.zeros((1, table.shape[1]))
    ones[0, -1] = 1
    return np.concatenate([table, ones]).astype(np.float32)


def _residual_layers(
    weights: Mapping[str, Floats],
) -> tuple[list[tuple[Float32, Float32]], Floats]:
    """Return (into [684, 129], back [128, 342]) of each layer, and the sum [128] of all biases.

    The running sum of the network omits the biases of the branches: they are added to the bias of
    each later layer, and to the last normalisation.
    """
    layers = []
    shift = np.zeros(_WIDTH)
    for layer in range(_LAYERS):
        scale, moved = _normalisation(weights, f"l{layer}_bn", shift)
        linear = weights[f"l{layer}_lin0_w"]
        into = _with_bias(linear * scale, weights[f"l{layer}_lin0_b"] + linear @ moved)
        layers.append((into.astype(np.float32), weights[f"l{layer}_lin1_w"].astype(np.float32)))
        shift = shift + weights[f"l{layer}_lin1_b"]
    return layers, shift


def _normalisation(
    weights: Mapping[str, Floats], name: str, shift: Floats
) -> tuple[Floats, Floats]:
    """Return a and b [128] with `normalisation(h + shift) == a * h + b`."""
    scale = weights[f"{name}_w"] / np.sqrt(weights[f"{name}_var"] + _BN_EPS)
    return scale, weights[f"{name}_b"] + (shift - weights[f"{name}_mean"]) * scale


def _with_bias(matrix: Floats, bias: Floats) -> Floats:
    return np.concatenate([matrix, bias[:, None]], axis=1)
