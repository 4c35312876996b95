import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.indicators import non_dominated
from bench.method import Candidate, Evaluation
from methods._shared.archive import Archive
from methods._shared.scaling import running_scale


@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 4))
def test_front_and_scale_are_those_of_everything_told(seed, n, m):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 5, size=(n, m)).astype(float)
    archive, added = Archive(m), 0
    while added < n:
        batch = values[added : added + int(rng.integers(0, 7))]
        archive.add(
            [Evaluation(added + i, Candidate((0,)), row, 1.0) for i, row in enumerate(batch)]
        )
        added += len(batch)
        assert len(archive) == added
        np.testing.assert_array_equal(archive.objectives, values[:added])
        expected = np.flatnonzero(non_dominated(values[:added])) if added else []
        np.testing.assert_array_equal(archive.front, expected)
    reference = np.full(m, 4.0)
    for mine, theirs in zip(
        running_scale(archive.objectives[archive.front], reference),
        running_scale(values, reference),
        strict=True,
    ):
        np.testing.assert_array_equal(mine, theirs)
