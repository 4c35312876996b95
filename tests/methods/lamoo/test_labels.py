import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bench.indicators import non_dominated
from methods.lamoo.labels import dominance_numbers, good_half

# Few values, so that ties and duplicates are common.
sets = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 25), st.integers(1, 4)),
    elements=st.integers(0, 4).map(float),
)


def count_by_loops(points):
    return [
        sum(
            all(a <= b for a, b in zip(other, point, strict=True))
            and any(a < b for a, b in zip(other, point, strict=True))
            for other in points
        )
        for point in points
    ]


@given(sets)
def test_numbers_agree_with_loops(points):
    kept = points.copy()
    assert dominance_numbers(points).tolist() == count_by_loops(points.tolist())
    np.testing.assert_array_equal(points, kept)


@given(sets)
def test_number_zero_is_the_non_dominated_set(points):
    np.testing.assert_array_equal(dominance_numbers(points) == 0, non_dominated(points))


@given(sets, st.randoms(use_true_random=False))
def test_order_does_not_matter(points, random):
    order = list(range(len(points)))
    random.shuffle(order)
    np.testing.assert_array_equal(
        dominance_numbers(points[order]), dominance_numbers(points)[order]
    )


@given(sets, st.floats(0.1, 10.0), st.floats(-5.0, 5.0))
def test_scales_do_not_matter(points, scale, shift):
    np.testing.assert_array_equal(
        dominance_numbers(points * scale + shift), dominance_numbers(points)
    )


def test_duplicates_do_not_dominate_each_other():
    assert dominance_numbers(np.ones((5, 3))).tolist() == [0] * 5
    assert dominance_numbers(np.empty((0, 2))).tolist() == []


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.booleans())
def test_no_good_row_is_worse_than_a_bad_one(numbers, with_median):
    numbers = np.array(numbers)
    good = good_half(numbers, with_median=with_median)
    assert good.sum() == len(numbers) // 2 + with_median
    if good.any() and not good.all():
        assert numbers[good].max() <= numbers[~good].min()
        worst = numbers[good].max()  # among equals, the older are good
        tied = np.flatnonzero(numbers == worst)
        assert good[tied].tolist() == sorted(good[tied], reverse=True)
