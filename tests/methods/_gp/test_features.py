import numpy as np

from bench.spaces import DARTS, ListedSpace, NASBench201
from methods._gp.features import path_features


def test_features_of_a_cell():
    space = NASBench201()
    # 3x3 on 0-1, skip on 1-2, pool on 2-3; 1x1 on 0-3; nothing else: paths 0-1-2-3 and 0-3.
    (found,) = path_features(space, [[3, 0, 1, 2, 0, 4]])
    # 3x3, 1x1, skip, pool; paths; most 3x3, convolutions, poolings; least work; none at all
    np.testing.assert_array_equal(found, [1, 1, 1, 1, 2, 1, 1, 1, 1, 0])


def test_dead_edges_do_not_count():
    space = NASBench201()
    (found,) = path_features(space, [[3, 0, 0, 1, 0, 3]])  # only the skip 0-3 leads anywhere
    np.testing.assert_array_equal(found, [0, 0, 1, 0, 1, 0, 0, 0, 0, 1])
    (nothing,) = path_features(space, [[0, 0, 0, 0, 0, 0]])
    np.testing.assert_array_equal(nothing, [0, 0, 0, 0, 0, 0, 0, 0, 4, 0])


def test_isomorphic_cells_have_the_same_path_features():
    """Counts of edges may differ: a skip may be at either end of a path."""
    space = NASBench201()
    cells = space.enumerate()
    features, same = path_features(space, cells), path_features(space, space.canonical(cells))
    np.testing.assert_array_equal(features[:, 4:], same[:, 4:])


def test_other_spaces_have_no_features_and_lists_those_of_their_space(rng):
    darts = DARTS()
    assert path_features(darts, darts.sample(rng, 3)).shape == (3, 0)
    base = NASBench201()
    members = np.unique(base.canonical(base.sample(rng, 20)), axis=0)
    listed = ListedSpace(base, members)
    np.testing.assert_array_equal(path_features(listed, members), path_features(base, members))
