"""Function tasks: values against BoTorch's, known fronts, and released protocols."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from bench.errors import ProtocolError, SpaceError
from bench.indicators import hypervolume, non_dominated
from bench.method import candidates
from bench.protocol import load_search_protocol, released_protocols
from bench.protocol.fronts import known_front, known_front_of_box
from bench.protocol.normalisation import (
    DraftNormalisation,
    measure_normalisation,
    normalisation_toml,
)
from bench.tasks import FunctionTask, FunctionTaskSpec, origin
from bench.tasks.function import FUNCTIONS

REFERENCE = {
    "branin-currin": (18.0, 6.0),
    "vehicle-safety": (1864.72022, 11.81993945, 0.2903999384),
}
every_function = pytest.mark.parametrize("name", sorted(FUNCTIONS))


def make(name, known_front=()):
    return FunctionTask(FunctionTaskSpec(kind="function", function=name, known_front=known_front))


def corners_and_samples(space, n=2000):
    corners = np.stack(np.meshgrid(*[[0.0, 1.0]] * space.variables), -1).reshape(
        -1, space.variables
    )
    return np.concatenate([space.from_unit(corners), space.sample(np.random.default_rng(0), n)])


@every_function
def test_values_are_those_of_botorch(name):
    pytest.importorskip("botorch")
    from botorch_oracle import preserved_torch_state

    with preserved_torch_state():
        import torch
        from botorch.test_functions.multi_objective import BraninCurrin, VehicleSafety

        twin = {"branin-currin": BraninCurrin, "vehicle-safety": VehicleSafety}[name]()
    task = make(name)
    np.testing.assert_array_equal(twin.bounds.numpy(), [task.space.lower, task.space.upper])
    assert twin.ref_point.tolist() == pytest.approx(REFERENCE[name])
    points = corners_and_samples(task.space)
    expected = twin.evaluate_true(torch.from_numpy(points)).numpy()
    np.testing.assert_allclose(task.score(points), expected, rtol=1e-9, atol=1e-9)


def test_the_minima_of_branin_are_the_known_ones():
    minima = np.array([[-np.pi, 12.275], [np.pi, 2.275], [9.42478, 2.475]])
    known = (minima - [-5.0, 0.0]) / 15.0
    np.testing.assert_allclose(make("branin-currin").score(known)[:, 0], 0.397887, atol=1e-5)


@every_function
def test_an_answer_does_not_depend_on_the_other_points(name):
    task = make(name)
    points = corners_and_samples(task.space, 37)
    together = task.evaluate(candidates(points))
    alone = np.concatenate([task.evaluate(candidates(p[None])).objectives for p in points])
    assert together.objectives.tobytes() == alone.tobytes()
    np.testing.assert_array_equal(together.cost_seconds, 0.0)
    np.testing.assert_array_equal(task.score(points), together.objectives)
    assert np.isfinite(alone).all()
    assert task.cheap(points).shape == (len(points), 0)


@every_function
def test_points_outside_the_box_are_refused(name):
    task = make(name)
    outside = task.space.upper + 0.5
    with pytest.raises(SpaceError, match=r"has .* for "):
        task.evaluate(candidates(outside[None]))


@every_function
def test_the_front_is_the_non_dominated_part_of_the_known_front(name):
    task = make(name)
    with pytest.raises(ProtocolError, match=r"task.known_front is empty: `monas protocol front"):
        task.front("score")
    points = task.space.sample(np.random.default_rng(0), 30)
    listed = make(name, tuple(map(tuple, points.tolist())))
    scores = listed.score(points)
    expected = np.unique(scores[non_dominated(scores)], axis=0)
    for measurement in ("search", "score"):
        np.testing.assert_array_equal(listed.front(measurement), expected)


@every_function
def test_a_short_front_search_beats_random_points_and_is_reproducible(name):
    task, reference = make(name), REFERENCE[name]
    options = {"size": 12, "searches": 1, "moves": 300}
    reports = []
    found = known_front_of_box(
        task, reference, **options, report=lambda *numbers: reports.append(numbers)
    )
    np.testing.assert_array_equal(found, known_front_of_box(task, reference, **options))
    np.testing.assert_array_equal(task.space.check(found), found)
    assert len(found) == 12
    ((evaluated, size),) = reports
    assert evaluated > 10 * size > 120
    scores = task.score(found)
    assert (scores < reference).all()
    random_points = task.score(task.space.sample(np.random.default_rng(1), 10_000))
    best_random = hypervolume(random_points[non_dominated(random_points)], reference)
    unmoved = known_front_of_box(task, reference, **options | {"moves": 0})
    assert hypervolume(scores, reference) > hypervolume(task.score(unmoved), reference)
    assert hypervolume(scores, reference) > 0.9 * best_random


def test_each_kind_of_space_has_its_own_search():
    with pytest.raises(ProtocolError, match="branin-currin is a box; expected a finite space"):
        known_front(make("branin-currin"))
    cells = load_search_protocol("nb201-digits").task()
    with pytest.raises(ProtocolError, match="nasbench201 is a finite space; expected a box"):
        known_front_of_box(cells, (1.0, 1.0), size=3)


# -- normalisation ---------------------------------------------------------------------------------


def test_a_known_maximum_is_measured_in_the_units_of_the_objectives():
    listed = ((0.002, 1.0), (0.02, 1.0), (0.1, 0.85))
    task = make("branin-currin", listed)
    draft = DraftNormalisation(
        scheme="known maximum", reference_point=REFERENCE["branin-currin"], maximum=59.36
    )
    measured = measure_normalisation(task, draft)
    assert measured.ideal == (0.0, 0.0)
    assert measured.nadir == (1.0, 1.0)
    assert measured.front_size == 3
    reached = hypervolume(task.score(np.array(listed)), REFERENCE["branin-currin"])
    assert measured.attainable == pytest.approx(reached / 59.36, rel=1e-5)
    assert "maximum = 59.36" in normalisation_toml(measured)


def test_a_known_maximum_must_be_given():
    task = make("branin-currin", ((0.1, 0.85),))
    with pytest.raises(ProtocolError, match="needs reference_point and maximum"):
        measure_normalisation(task, DraftNormalisation(scheme="known maximum"))
    with pytest.raises(ProtocolError, match="branin-currin cannot be listed"):
        measure_normalisation(task, DraftNormalisation(scheme="z-score"))
    whole = load_search_protocol("nb201-digits").rules.normalisation.model_dump()
    for changed in ({"maximum": 1.0}, {"scheme": "known maximum"}):
        with pytest.raises(ValidationError, match="maximum is needed with the scheme"):
            type(load_search_protocol("nb201-digits").rules.normalisation)(**whole | changed)


def test_an_unknown_function_is_refused():
    with pytest.raises(ValidationError, match="'branin-currin' or 'vehicle-safety'"):
        FunctionTaskSpec(kind="function", function="ackley")


# -- the released protocols ------------------------------------------------------------------------

FUNCTION_PROTOCOLS = [
    name
    for name in released_protocols("search")
    if load_search_protocol(name).rules.task.kind == "function"
]


def test_both_functions_are_released_with_both_budgets():
    assert FUNCTION_PROTOCOLS == [
        "lamoo-branin-currin",
        "lamoo-branin-currin-1000",
        "lamoo-vehicle-safety",
        "lamoo-vehicle-safety-1000",
    ]


@pytest.mark.parametrize("name", FUNCTION_PROTOCOLS)
def test_a_protocol_without_tables_has_its_closed_form_as_origin(name):
    protocol = load_search_protocol(name)
    protocol.require_tables()  # none is required
    assert protocol.rules.task.tables == ()
    assert origin(protocol.rules.task) == f"closed form {protocol.rules.task.function}"
    assert origin(load_search_protocol("nb201-digits").rules.task) == "nb201-digits"


@pytest.mark.parametrize("name", FUNCTION_PROTOCOLS)
def test_the_papers_constants(name):
    protocol = load_search_protocol(name)
    rules, task = protocol.rules, protocol.task()
    assert rules.normalisation.reference_point == REFERENCE[rules.task.function]
    np.testing.assert_array_equal(protocol.raw_reference_point, REFERENCE[rules.task.function])
    maximum = {"branin-currin": 59.36011874867746, "vehicle-safety": 246.81607081187002}
    assert rules.normalisation.maximum == maximum[rules.task.function]
    evaluations, points = (1000, 300) if name.endswith("-1000") else (100, 100)
    assert (rules.budget.initial, rules.budget.batch) == (10, 5)
    assert rules.budget.evaluations == evaluations
    front = task.front("score")
    assert len(front) == points  # with the short budget, as many as a final set can have
    reached = hypervolume(front, rules.normalisation.reference_point)
    assert rules.normalisation.attainable == pytest.approx(reached / rules.normalisation.maximum)
    assert 0.98 < rules.normalisation.attainable < 1.0


@pytest.mark.parametrize("name", FUNCTION_PROTOCOLS)
def test_designs_are_uniform_points_and_depend_on_the_repetition(name):
    protocol = load_search_protocol(name)
    space = protocol.task().space
    designs = [protocol.initial_designs(space, r) for r in range(200)]
    np.testing.assert_array_equal(designs[3], protocol.initial_designs(space, 3))
    shares = space.to_unit(np.concatenate(designs))
    assert len(np.unique(shares, axis=0)) == 2000
    np.testing.assert_allclose(shares.mean(axis=0), 0.5, atol=0.03)
    np.testing.assert_allclose(shares.std(axis=0), 12**-0.5, atol=0.02)


def test_a_dense_grid_of_branin_currin_confirms_the_papers_maximum():
    """The maximum in the papers is an approximation; the true one is larger by less than 0.05 %."""
    x1 = np.linspace(0.0, 1.0, 2001)
    x0 = np.linspace(0.0, 0.25, 2001)  # all of the front
    task = make("branin-currin")
    best = np.empty((0, 2))
    for column in np.array_split(x0, 40):
        grid = np.stack(np.meshgrid(column, x1), -1).reshape(-1, 2)
        scores = np.concatenate([best, task.score(grid)])
        scores = scores[(scores < REFERENCE["branin-currin"]).all(axis=1)]
        best = scores[non_dominated(scores)]
    reached = hypervolume(best, REFERENCE["branin-currin"])
    assert 59.36 < reached < 59.39
