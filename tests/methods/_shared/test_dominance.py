import numpy as np

from methods._shared.dominance import crowding, domination_ranks


def test_ranks_agree_with_counting():
    points = np.random.default_rng(0).integers(0, 6, size=(60, 3)).astype(float)
    dominates = (points[:, None] <= points[None]).all(2) & (points[:, None] < points[None]).any(2)
    expected = np.zeros(60, dtype=int)
    for _ in range(60):  # one more than the worst rank of those that dominate
        expected = np.where(
            dominates.any(axis=0), (dominates * (expected[:, None] + 1)).max(axis=0), 0
        )
    np.testing.assert_array_equal(domination_ranks(points), expected)


def test_crowding_without_differences():
    assert crowding(np.ones((4, 2)), np.zeros(4, dtype=np.int64)).tolist() == [0.0] * 4
    assert crowding(np.ones((1, 2)), np.zeros(1, dtype=np.int64)).tolist() == [0.0]


def test_ranks_are_one_more_than_those_of_dominators():
    rng = np.random.default_rng(0)
    points = rng.integers(0, 6, size=(40, 3)).astype(float)
    ranks = domination_ranks(points)

    def dominators(i):
        return [
            j for j in range(40) if (points[j] <= points[i]).all() and (points[j] < points[i]).any()
        ]

    for i in range(40):
        assert ranks[i] == max((ranks[j] + 1 for j in dominators(i)), default=0)
