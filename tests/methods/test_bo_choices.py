"""The candidate that each acquisition function chooses, against averages over samples."""

import numpy as np
import pytest

from bench.indicators import hypervolume
from bench.spaces import FiniteSpace
from methods.bo import QEHVI, QNEHVI, QParEGO


class Line(FiniteSpace):
    """Six architectures of one variable."""

    name = "line"
    cardinalities = (6,)
    capacity_rank = (tuple(range(6)),)

    def to_strings(self, architectures):
        return [str(row[0]) for row in self.check(architectures)]

    def from_strings(self, strings):
        return self.check([[int(c)] for c in strings])

    def canonical(self, architectures):
        return self.check(architectures)


# The first three were measured. Two measurements are far better than the posterior means, so the
# best candidate depends on whether measurements count as exact.
UNITS = np.array([1.0, 100.0])
REFERENCE = UNITS
TOLD = UNITS * np.array([[0.95, 0.05], [0.1, 0.3], [0.05, 0.9]])
MEAN = UNITS * np.array(
    [[0.95, 0.05], [0.8, 0.3], [0.8, 0.9], [0.5, 0.1], [0.2, 0.35], [0.35, 0.5]]
)
DEVIATION = UNITS * np.array([[0.02, 0.02, 0.02, 0.02, 0.02, 0.3], [0.001] * 6]).T
SURE_TO_GAIN, BEST_IF_MEASUREMENTS_ERR, MAYBE_VERY_GOOD = (3,), (4,), (5,)


class FixedPosterior:
    """A given posterior of the architectures of the line, all independent."""

    def __init__(self, mean, deviation):
        self._mean, self._deviation = mean, deviation

    def posterior(self, inputs, *, noisy=False):
        indices = self._indices(inputs)
        return self._mean[indices], self._deviation[indices]

    def joint(self, inputs, *, noisy=False):
        mean, deviation = self.posterior(inputs)
        return mean, np.diag(deviation**2)

    @staticmethod
    def _indices(inputs):
        return np.rint(5.0 * inputs[:, 0]).astype(int)


class Weighted(np.random.Generator):
    """A generator with a given point of the simplex."""

    def __init__(self, weights):
        super().__init__(np.random.PCG64(0))
        self.weights = weights

    def dirichlet(self, *args, **kwargs):
        return self.weights


@pytest.fixture
def first_choice(ask_once, monkeypatch):
    """Return a function that returns the first choice of a search with a given posterior."""

    def choice(method, rng, told=TOLD, mean=MEAN, deviation=DEVIATION):
        posteriors = {
            tuple(told[:, j]): FixedPosterior(mean[:, j], deviation[:, j]) for j in (0, 1)
        }
        monkeypatch.setattr(
            "methods._gp.matern_surrogates.fit_matern",
            lambda _, outcomes, **__: posteriors[tuple(outcomes)],
        )
        measured = np.array([[0], [1], [2]])
        return ask_once(method, Line(), measured, told, 1, rng, reference=REFERENCE)[0]

    return choice


def averaged(gain):
    """Return the candidate of the largest average gain over samples of all architectures."""
    samples = np.random.default_rng(3).normal(MEAN, DEVIATION, size=(400, 6, 2))
    gains = np.mean([[gain(y[:3], point) for point in y[3:]] for y in samples], axis=0)
    second, first = np.sort(gains)[-2:]
    assert first > 1.2 * second  # well beyond sampling error
    return (3 + int(gains.argmax()),)


def added(front, point):
    return hypervolume([*front, point], REFERENCE) - hypervolume(front, REFERENCE)


def test_qehvi_adds_most_to_the_measured_front(first_choice):
    assert averaged(lambda front, point: added(TOLD, point)) == SURE_TO_GAIN
    assert first_choice(QEHVI, np.random.default_rng(0)) == SURE_TO_GAIN


def test_qnehvi_adds_most_to_the_front_of_each_sample(first_choice):
    assert averaged(added) == BEST_IF_MEASUREMENTS_ERR
    assert first_choice(QNEHVI, np.random.default_rng(0)) == BEST_IF_MEASUREMENTS_ERR


@pytest.mark.parametrize(
    ("weights", "expected"), [((0.95, 0.05), MAYBE_VERY_GOOD), ((0.2, 0.8), SURE_TO_GAIN)]
)
def test_qparego_improves_its_scalarisation_most(weights, expected, first_choice):
    least, width = TOLD.min(axis=0), np.ptp(TOLD, axis=0)

    def scalar(point):
        weighted = [weights[j] * (point[j] - least[j]) / width[j] for j in (0, 1)]
        return max(weighted) + 0.05 * sum(weighted)

    incumbent = min(scalar(point) for point in TOLD)
    assert averaged(lambda _, point: max(incumbent - scalar(point), 0.0)) == expected
    assert first_choice(QParEGO, Weighted(np.array(weights))) == expected


@pytest.mark.parametrize("stream", range(8))
def test_samples_of_two_objectives_do_not_depend_on_each_other(stream, first_choice):
    """A candidate uncertain in both gains (E (1 - y)+)^2, and more if the signs were equal."""
    told = UNITS * np.array([[0.95, 0.05], [0.9, 0.9], [0.05, 0.95]])
    mean = np.concatenate([told, UNITS * [[0.99, 0.99], [0.4, 0.5], [0.6, 0.6]]])
    deviation = UNITS * [[0.001, 0.001]] * np.array([[1], [1], [1], [1], [1], [400]])
    chosen = first_choice(QNEHVI, np.random.default_rng(stream), told, mean, deviation)
    assert chosen == (4,)  # it gains 24 with certainty, the uncertain one 15
