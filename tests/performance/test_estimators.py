"""Speed of estimators on one core, of one network and of stored curves.

The published time of MOTE-NAS is 7.5 GPU seconds per architecture.
"""

import numpy as np
import pytest

from bench.data import load_table
from bench.entrants.estimator import find_estimator, registered_estimators
from bench.estimator import NetworkEstimator
from bench.spaces import NASBench201, Skeleton
from bench.tasks.curves import CurveColumns, read_curves

torch = pytest.importorskip("torch")

CELL = [3, 2, 1, 4, 3, 2]  # every operation except `none`
NETWORK = [
    name
    for name in registered_estimators()
    if issubclass(find_estimator(name).entrant, NetworkEstimator)
]
CURVES = CurveColumns(
    losses="train_loss_e{}", landscape="landscape_loss_{}", seconds="train_seconds"
)


@pytest.mark.parametrize("name", NETWORK)
def test_one_network_of_the_embedded_benchmark(name, benchmark):
    from bench.training.estimation import measure
    from bench.training.images.noisy_digits import noisy_digits
    from bench.training.train import Recipe

    torch.set_num_threads(1)
    images, estimator = noisy_digits(), find_estimator(name).entrant()
    cells, skeleton = NASBench201().check([CELL]), Recipe().skeleton(images)

    def score():
        return measure(estimator, "nasbench201", cells, images, skeleton, seed=0)

    scores, _ = benchmark.pedantic(score, rounds=3, warmup_rounds=1)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("name", ["params", "flops", "l2-norm", "synflow", "snip", "nwot"])
def test_one_network_of_nas_bench_201(name, benchmark):
    from bench.training.estimation import measure
    from bench.training.images.image_set import ImageSet

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    split = rng.standard_normal((128, 3, 32, 32)).astype(np.float32), np.arange(128) % 10
    images, estimator = ImageSet(split, split, split, 10), find_estimator(name).entrant()
    cells, skeleton = NASBench201().check([CELL]), Skeleton(32, 3, 10)

    def score():
        return measure(estimator, "nasbench201", cells, images, skeleton, seed=0)

    scores, _ = benchmark.pedantic(score, rounds=2, warmup_rounds=1)
    assert np.isfinite(scores).all()


def test_mote_of_all_cells_from_stored_curves(benchmark):
    table = load_table("nb201-digits-estimates")
    estimator = find_estimator("mote").entrant(constants="refitted")
    scores = benchmark(lambda: estimator.score(read_curves(table, CURVES)))
    assert len(scores) == 6466
