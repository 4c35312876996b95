"""Every estimator on networks of both spaces: finite, repeatable, silent; on dead networks."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import methods.zero_cost  # noqa: E402
from bench.estimator import CombinedEstimator, Estimator, NetworkEstimator  # noqa: E402
from bench.spaces import DARTS, DARTSSkeleton, NASBench201, Skeleton  # noqa: E402
from bench.training.estimation import measure  # noqa: E402
from bench.training.images.noisy_digits import noisy_digits  # noqa: E402
from bench.training.networks.factory import TorchNetworkFactory  # noqa: E402
from methods.zero_cost import TENAS, Flops, L2Norm, LinearRegions, NTKCondition, Params  # noqa: E402

DIGITS = noisy_digits()
SKELETON = Skeleton(8, 1, 10, 4, 1, "pooling")
DARTS_SKELETON = DARTSSkeleton(8, 1, 10, 4, 3)
CELLS = [[3, 0, 2, 1, 4, 3], [3] * 6, [1, 2, 4, 3, 0, 2]]
GENOTYPES = DARTS().sample(np.random.default_rng(2), 2)
DISCONNECTED = [3, 3, 3, 0, 0, 0]
EVERY = [getattr(methods.zero_cost, name) for name in methods.zero_cost.__all__]
SINGLE = [e for e in EVERY if issubclass(e, NetworkEstimator)]
SMALLER = {
    "ntk": {"batch": 12, "repeats": 2},
    "lga": {"batch": 12, "size": "full"},
    "zen": {"repeats": 2},
    "zico": {"batch": 32},
    "nwot": {"batch": 32},
    "jacov": {"batch": 32},
    "knas": {"images": 12},
    "linear-regions": {"batch": 100},
}


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def scores(estimator, architectures, *, seed=0, device="cpu"):
    quick = estimator(**SMALLER.get(estimator.name, {}))
    space, skeleton = ("nasbench201", SKELETON)
    if len(architectures[0]) == 22:
        space, skeleton = ("darts", DARTS_SKELETON)
    return measure(quick, space, architectures, DIGITS, skeleton, seed=seed, device=device)[0]


def test_every_estimator_is_documented():
    assert len({e.name for e in EVERY}) == len(EVERY) == 18
    for estimator in EVERY:
        assert issubclass(estimator, Estimator)
        assert estimator.summary
        assert estimator.source or estimator in {Params, Flops}
        for setting in estimator.settings_spec.values():
            assert setting.mark in {"paper", "released code", "ours"}
            assert setting.reason


@pytest.mark.parametrize("estimator", SINGLE, ids=lambda e: e.name)
def test_finite_and_repeatable(estimator):
    once = scores(estimator, CELLS)
    assert np.isfinite(once).all()
    assert len(set(once.tolist())) == 3
    assert scores(estimator, CELLS[1:]).tolist() == once[1:].tolist()
    depends_on_seed = scores(estimator, CELLS, seed=1).tolist() != once.tolist()
    assert depends_on_seed == (estimator not in {Params, Flops})


@pytest.mark.parametrize("estimator", SINGLE, ids=lambda e: e.name)
def test_darts(estimator):
    found = scores(estimator, GENOTYPES)
    assert np.isfinite(found).all()
    assert found[0] != found[1]


# A network whose output does not depend on its input has the same logits for every image.
DEAD = {
    "synflow": np.nan,
    "nwot": np.nan,
    "jacov": np.nan,
    "zen": np.nan,
    "zico": np.nan,
    "grad-norm": 0.0,
    "snip": 0.0,
    "plain": 0.0,
    "grasp": 0.0,
    "knas": 0.0,
    "ntk": -1e5,
    "lga": 1e-4,
    "linear-regions": 1.0,
}


@pytest.mark.parametrize("name", DEAD)
def test_disconnected_cells(name):
    assert not NASBench201().connected([[0] * 6])[0]
    estimator = next(e for e in SINGLE if e.name == name)
    (score,) = scores(estimator, [[0] * 6])
    assert np.array_equal(score, DEAD[name], equal_nan=True)


@pytest.mark.parametrize("estimator", SINGLE, ids=lambda e: e.name)
def test_convolutions_without_effect(estimator):
    """Their weights count, their gradients are zero, and nothing is printed."""
    (score,) = scores(estimator, [DISCONNECTED])
    assert np.isfinite(score) or estimator.name in DEAD


def test_te_nas_ranks_a_set():
    cells = [*CELLS, [0] * 6]
    combined = TENAS()
    combined.parts = (
        lambda: NTKCondition(**SMALLER["ntk"]),
        lambda: LinearRegions(**SMALLER["linear-regions"]),
    )
    found = measure(combined, "nasbench201", cells, DIGITS, SKELETON, seed=0)[0]
    columns = [scores(part, cells) for part in (NTKCondition, LinearRegions)]
    ranks = [[sorted(set(c)).index(x) for x in c] for c in columns]
    assert found.tolist() == np.sum(ranks, axis=0).tolist()
    assert issubclass(TENAS, CombinedEstimator)


@pytest.mark.parametrize("skeleton", [SKELETON, Skeleton(8, 1, 10, 6, 2)])
def test_sizes_are_those_of_the_closed_forms(skeleton):
    for cell in CELLS:
        factory = TorchNetworkFactory(cell, DIGITS, skeleton, seed=0)
        assert Params().score(factory) == skeleton.params([cell])[0]
        # The benchmark's convention also counts the classifier's biases.
        assert Flops().score(factory) == skeleton.flops([cell])[0] - skeleton.classes


def test_sizes_in_darts():
    for genotype in GENOTYPES:
        factory = TorchNetworkFactory(genotype, DIGITS, DARTS_SKELETON, seed=0)
        assert Params().score(factory) == DARTS_SKELETON.params([genotype])[0]
        assert Flops().score(factory) == DARTS_SKELETON.flops([genotype])[0]


def test_wider_weights_have_larger_norms():
    (narrow,) = scores(L2Norm, [[1, 1, 1, 2, 1, 1]])
    (wide,) = scores(L2Norm, [[3, 3, 3, 3, 3, 3]])
    assert wide > narrow


def test_listing_the_estimators_imports_no_torch():
    import subprocess
    import sys

    code = "import sys, methods.zero_cost; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("estimator", SINGLE, ids=lambda e: e.name)
def test_cuda_agrees_with_the_cpu(estimator):
    here, there = scores(estimator, CELLS), scores(estimator, CELLS, device="cuda")
    assert np.isfinite(there).all()
    if estimator not in {methods.zero_cost.ZenScore, LinearRegions}:  # those draw on the device
        assert there == pytest.approx(here, rel=2e-2)
