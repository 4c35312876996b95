"""The terms of MOTE against loops, and against the data that its authors released."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from methods.mote.terms import (
    RELEASED,
    Constants,
    box_cox,
    combine,
    fit_constants,
    landscape_term,
    speed_term,
)

losses = st.lists(
    st.lists(st.floats(0.01, 9.0), min_size=3, max_size=3), min_size=1, max_size=6
).map(np.asarray)


@given(losses)
def test_landscape_adds_losses_or_their_reciprocals(landscape):
    code, paper = [], []
    for row in landscape:
        up = down = 0.0
        for loss in row:
            up += 1 / loss
            down -= loss
        code.append(up)
        paper.append(down)
    assert landscape_term(landscape, "released code") == pytest.approx(code)
    assert landscape_term(landscape, "paper") == pytest.approx(paper)


@given(losses, st.floats(0.1, 50.0))
def test_speed_is_time_over_mean_loss_or_losses_per_second(curve, seconds):
    total = np.full(len(curve), seconds)
    code, paper = [], []
    for row in curve:
        code.append(seconds / (sum(row) / len(row)))
        paper.append(-sum(loss / (seconds / len(row)) for loss in row))
    assert speed_term(curve, total, "released code") == pytest.approx(code)
    assert speed_term(curve, total, "paper") == pytest.approx(paper)


@given(losses, st.floats(0.1, 50.0))
def test_both_forms_of_the_speed_term_give_the_same_order(curve, seconds):
    total = np.full(len(curve), seconds)
    forms = [np.round(speed_term(curve, total, form), 9) for form in ("released code", "paper")]
    for a, b in ((a, b) for a in range(len(curve)) for b in range(len(curve))):
        if forms[0][a] > forms[0][b] and not math.isclose(forms[1][a], forms[1][b], rel_tol=1e-9):
            assert forms[1][a] > forms[1][b]


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0, -1.0])
def test_a_loss_that_is_not_positive_leaves_no_score(bad):
    curve = np.array([[1.0, 2.0], [1.0, bad]])
    for form in ("released code", "paper"):
        assert np.isnan(landscape_term(curve, form)).tolist() == [False, True]
        assert np.isnan(speed_term(curve, np.ones(2), form)).tolist() == [False, True]


def test_no_seconds_leave_no_speed():
    assert np.isnan(speed_term(np.ones((2, 3)), np.array([0.0, np.nan]), "released code")).all()


def test_combinations_written_out():
    landscape, speed = np.array([2.0, 4.0]), np.array([3.0, 5.0])
    code = ("released code",)
    assert combine(landscape, speed, *code, "none").tolist() == [5.0, 9.0]
    assert combine(landscape, speed, *code, "log") == pytest.approx([math.log(6), math.log(20)])
    assert combine(landscape, speed, *code, "reciprocal") == pytest.approx([-5 / 6, -9 / 20])
    constants = Constants(0.5, 2.0), Constants(1.0, 3.0)
    by_hand = [0.25 * 2 * 2 * (math.sqrt(x) - 1) + 1 * 3 * (y - 1) for x, y in ((2, 3), (4, 5))]
    made = combine(landscape, speed, *code, "box-cox", constants=constants)
    assert made == pytest.approx(by_hand)
    plain = combine(landscape, speed, *code, "box-cox", constants=constants, weights="none")
    assert plain == pytest.approx([2 * (math.sqrt(2) - 1) + 2, 2 * (2 - 1) + 4])
    scaled = combine(landscape, speed, *code, "box-cox", constants=constants, weights="1 / sd")
    assert scaled == pytest.approx([(math.sqrt(2) - 1) + 2 / 3, 1 + 4 / 3])


@pytest.mark.parametrize("combination", ["none", "log", "reciprocal", "box-cox"])
def test_lower_terms_of_the_papers_form_score_higher(combination):
    landscape = -np.array([1.0, 2.0, 4.0])
    speed = -np.array([0.5, 1.0, 3.0])
    made = combine(landscape, speed, "paper", combination, weights="none")
    assert made[0] > made[1] > made[2]


def test_box_cox_and_its_limit():
    x = np.array([0.5, 1.0, 3.0])
    assert box_cox(x, 0.0) == pytest.approx(np.log(x))
    assert box_cox(x, 1e-7) == pytest.approx(np.log(x), abs=1e-6)
    assert box_cox(x, 2.0) == pytest.approx((x**2 - 1) / 2)


def test_constants_have_maximum_likelihood_and_ignore_missing_terms():
    rng = np.random.default_rng(0)
    term = np.exp(rng.normal(size=400))  # a logarithm makes it normal
    fitted = fit_constants(term)
    assert fitted.lam == pytest.approx(0.0, abs=0.1)
    assert fitted.sd == pytest.approx(1.0, abs=0.1)
    assert fit_constants(np.append(term, np.nan)) == fitted
    likelihoods = [_log_likelihood(term, lam) for lam in np.linspace(-1, 1, 201)]
    assert max(likelihoods) <= _log_likelihood(term, fitted.lam) + 1e-6


def _log_likelihood(x, lam):
    made = box_cox(x, lam)
    return (lam - 1) * np.log(x).sum() - len(x) / 2 * np.log(made.var())


@pytest.mark.parametrize("term", [[2.0, 2.0, 2.0], [2.0], [2.0, 2.0 + 1e-9], [np.nan, np.nan]])
def test_equal_terms_have_default_constants(term):
    assert fit_constants(np.asarray(term)) == Constants(1.0, 1.0)


# Ten cells of the released data, by official index: losses on the line from trained to initial
# weights as the release has them (first to last), losses of some epochs, terms and score.
with (Path(__file__).parent / "released_rows.csv").open(encoding="utf-8") as _file:
    ROWS = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(_file)]


@pytest.fixture(scope="session")
def released(real_tables):
    from bench.data import catalogue_entry, load_table

    if not catalogue_entry("nb201-mote").path.exists():
        pytest.skip("table nb201-mote is not on this machine")
    return load_table("nb201-mote")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['index']:.0f}")
def test_reference_rows(released, row):
    i = int(np.flatnonzero(released.column("index") == row["index"])[0])
    curve, landscape, total = (
        released.column(name)[i : i + 1].astype(np.float64)
        for name in ("proxy_train_loss", "landscape_loss", "proxy_train_time_s")
    )
    made = landscape_term(landscape, "released code")
    speed = speed_term(curve, total, "released code")
    constants = RELEASED["nasbench201"]
    score = combine(made, speed, "released code", "box-cox", constants=constants)
    found = {
        **{f"loss_{e}": curve[0, e - 1] for e in (1, 2, 5, 10, 50)},
        "j_first": landscape[0, 0],
        "j_half": landscape[0, 5],
        "j_last": landscape[0, 10],
        "mean_loss": curve.mean(),
        "landscape": made[0],
        "speed": speed[0],
        "mote": score[0],
    }
    assert found == pytest.approx({key: row[key] for key in found}, abs=1e-3)
    assert total[0] == pytest.approx(row["seconds"], abs=0.0051)


def test_every_released_score_follows_from_its_losses(released):
    landscape = landscape_term(released.column("landscape_loss").astype(float), "released code")
    speed = speed_term(
        released.column("proxy_train_loss").astype(float),
        released.column("proxy_train_time_s").astype(float),
        "released code",
    )
    assert landscape == pytest.approx(released.column("landscape_term"), abs=2e-6)
    assert speed == pytest.approx(released.column("speed_term"), abs=2e-6)
    score = combine(landscape, speed, "released code", "box-cox", constants=RELEASED["nasbench201"])
    assert score == pytest.approx(released.column("mote"), abs=2e-6)


def test_constants_of_maximum_likelihood_on_all_released_cells(released):
    landscape = landscape_term(released.column("landscape_loss").astype(float), "released code")
    fitted = fit_constants(landscape)
    assert (fitted.lam, fitted.sd) == pytest.approx((0.825, 1.190), abs=2e-3)
    fitted = fit_constants(released.column("speed_term").astype(float))
    assert (fitted.lam, fitted.sd) == pytest.approx((0.397, 0.788), abs=2e-3)
