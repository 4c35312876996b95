"""Curve estimators: against loops, their settings, and curves that they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from bench.errors import MethodError
from bench.estimator import CurveEstimator, TrainingCurves
from methods import mote

ALL = [getattr(mote, name) for name in mote.__all__]


@pytest.fixture
def curves():
    rng = np.random.default_rng(1)
    return TrainingCurves(
        losses=rng.uniform(0.5, 3.0, (6, 5)),
        landscape=rng.uniform(0.5, 3.0, (6, 11)),
        seconds=rng.uniform(2.0, 9.0, 6),
    )


def test_training_speed_estimates_written_out(curves):
    for row, seconds, *scores in zip(
        curves.losses,
        curves.seconds,
        mote.TSE().score(curves),
        mote.TSEE(last=2).score(curves),
        mote.TSEEMA(mu=0.7).score(curves),
        mote.TSEEMA(mu=0.7, of="sum").score(curves),
        mote.LastLoss().score(curves),
        mote.TrainingSeconds().score(curves),
        strict=True,
    ):
        mean = row[0]
        means = [mean]
        for loss in row[1:]:
            mean = 0.3 * mean + 0.7 * loss
            means.append(mean)
        by_hand = [-sum(row), -row[-1] - row[-2], -mean, -sum(means), -row[-1], seconds]
        assert scores == pytest.approx(by_hand)


@pytest.mark.parametrize("estimator", ALL, ids=lambda e: e.name)
def test_every_estimator_scores_each_curve_and_changes_nothing(estimator, curves):
    before = [a.copy() for a in (curves.losses, curves.landscape, curves.seconds)]
    scores = estimator().score(curves)
    assert scores.shape == (6,)
    assert np.isfinite(scores).all()
    for array, copy in zip((curves.losses, curves.landscape, curves.seconds), before, strict=True):
        assert np.array_equal(array, copy)


@pytest.mark.parametrize("estimator", ALL, ids=lambda e: e.name)
def test_lower_losses_and_longer_training_never_score_lower(estimator):
    steps = np.array([3.0, 2.0, 1.0])
    curves = TrainingCurves(
        np.repeat(steps[:, None], 4, axis=1), np.repeat(steps[:, None], 11, axis=1), 9.0 - steps
    )
    scores = estimator().score(curves)
    assert scores[0] < scores[1] < scores[2]


@pytest.mark.parametrize("estimator", ALL, ids=lambda e: e.name)
def test_a_loss_that_is_not_a_number_leaves_no_score(estimator, curves):
    broken = curves.losses.copy(), curves.landscape.copy()
    broken[0][2, 1] = np.nan
    broken[1][2, 1] = np.nan
    scores = estimator().score(TrainingCurves(*broken, curves.seconds))
    assert np.isnan(scores).tolist() == [False, False, True, False, False, False]
    others = np.arange(6) != 2
    assert scores[others] == pytest.approx(estimator().score(curves)[others])


def test_refitted_constants_do_not_depend_on_what_is_missing(curves):
    broken = curves.losses.copy()
    broken[2, 1] = np.nan
    landscape = curves.landscape.copy()
    landscape[2] = np.nan
    made = mote.MOTE(constants="refitted").score(TrainingCurves(broken, landscape, curves.seconds))
    keep = np.arange(6) != 2
    alone = TrainingCurves(curves.losses[keep], curves.landscape[keep], curves.seconds[keep])
    assert made[keep] == pytest.approx(mote.MOTE(constants="refitted").score(alone))


def test_matched_seconds_do_not_depend_on_the_machine(curves):
    slower = TrainingCurves(curves.losses, curves.landscape, 40 * curves.seconds)
    matched = mote.MOTE(time_scale="match")
    assert matched.score(slower) == pytest.approx(matched.score(curves))
    assert mote.MOTE().score(slower) != pytest.approx(mote.MOTE().score(curves))
    scale = 7.53 / curves.seconds.mean()
    assert mote.MOTE(time_scale=scale).score(curves) == pytest.approx(matched.score(curves))


def test_settings_have_marks_and_reasons():
    for estimator in ALL:
        assert issubclass(estimator, CurveEstimator)
        assert estimator.summary
        for setting in estimator.settings_spec.values():
            assert setting.mark in ("paper", "released code", "ours")
            assert setting.reason


@pytest.mark.parametrize(
    ("estimator", "settings", "message"),
    [
        (mote.MOTE, {"form": "book"}, "form is 'book'; expected one of 'paper', 'released code'"),
        (mote.MOTE, {"combination": "sum"}, "expected one of 'none', 'log', 'reciprocal', 'box"),
        (mote.MOTE, {"constants": "v100"}, "expected one of 'nasbench101', 'nasbench201', 'darts'"),
        (mote.MOTE, {"weights": "sd"}, "weights is 'sd'"),
        (mote.MOTE, {"time_scale": 0}, "time_scale is 0; expected a positive factor or 'match'"),
        (mote.MOTE, {"form": "paper"}, "set constants = 'refitted'"),
        (mote.MOTE, {"epochs": 3}, "estimator 'mote' has no setting 'epochs'"),
        (mote.MOTELandscape, {"form": "book"}, "'mote-landscape': form is 'book'"),
        (mote.TSEE, {"last": 0}, "last is 0; expected a number of epochs, at least 1"),
        (mote.TSEEMA, {"mu": 0.0}, "mu is 0.0; expected 0 < mu <= 1"),
    ],
)
def test_wrong_settings_are_explained(estimator, settings, message):
    with pytest.raises(MethodError, match=message):
        estimator(**settings)


def test_curves_without_a_landscape_are_refused(curves):
    short = TrainingCurves(curves.losses, curves.landscape[:, :0], curves.seconds)
    for estimator in (mote.MOTE, mote.MOTELandscape):
        with pytest.raises(MethodError, match=f"'{estimator.name}' needs losses between trained"):
            estimator().score(short)
    assert np.isfinite(mote.TSE().score(short)).all()


def test_curves_without_an_epoch_are_refused(curves):
    empty = TrainingCurves(curves.losses[:, :0], curves.landscape, curves.seconds)
    with pytest.raises(MethodError, match="training curves without an epoch"):
        mote.TSE().score(empty)
