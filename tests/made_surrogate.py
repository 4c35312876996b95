"""YAHPO Gym's model for tests: random weights in its shapes, and the published files."""

from __future__ import annotations

import numpy as np
import pytest

from bench.data.readers.converters.nb301_yahpo import CARDINALITIES

SOURCE = "yahpo_data_v2_nb301"
FILES = ("model_v2.onnx", "encoding_v2.json", "config_space_v2.json")


def made_arrays(seed=0):
    """Return random weights in the shapes of the published model."""
    rng = np.random.default_rng(seed)
    arrays = {}

    def normal(name, *shape, scale=1.0):
        arrays[name] = (scale * rng.normal(size=shape)).astype(np.float32)

    def linear(name, outputs, inputs, gain=1.0):
        normal(f"{name}_w", outputs, inputs, scale=gain * inputs**-0.5)
        normal(f"{name}_b", outputs, scale=0.3)

    for i, (size, width) in enumerate(zip(CARDINALITIES, [5] * 28 + [3, 5, 6] * 2, strict=True)):
        normal(f"emb{i:02d}", size, width)
    linear("first", 128, 169)
    for layer in range(5):
        linear(f"l{layer}_lin0", 684, 128)
        linear(f"l{layer}_lin1", 128, 342, gain=0.3)
    for norm in (*(f"l{layer}_bn" for layer in range(5)), "last_bn"):
        for part in ("w", "b", "mean"):
            normal(f"{norm}_{part}", 128)
        arrays[f"{norm}_var"] = rng.uniform(0.3, 3.0, 128).astype(np.float32)
    linear("head", 4, 128, gain=0.5)
    arrays["y_range"] = np.array([8.5, 15.0, 6.0, 5.0])
    arrays["y_min"] = np.array([-4.0, -2.0, -4.0, -2.0])
    arrays["y_std"] = np.array([0.1, 0.2, 0.9, 0.3])
    arrays["y_mean"] = np.array([0.5, 0.7, 7.0, 4.0])
    return arrays


def published_arrays(folder):
    """Return the published weights, or skip the test if `folder` does not have them."""
    path = folder / "nb301_yahpo_v2.npz"
    if not path.exists():
        pytest.skip(f"no {path.name} among the published tables")
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored)


def original_files(folder):
    """Return the published model's files by `key/name`, or skip the test without them."""
    originals = folder / "raw" / SOURCE
    if not originals.exists():
        pytest.skip("no original YAHPO files among the published tables")
    return {f"{SOURCE}/{name}": originals / name for name in FILES}
