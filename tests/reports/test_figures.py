import numpy as np
import pytest

from reports.common import median_run
from reports.figures import draw_plots, style
from reports.figures.attainment import denormalise


def plots_of(results):
    return {plot.name: plot for plot in draw_plots(results, results.methods)}


def texts_of(figure):
    found = [text.get_text() for text in figure.texts]
    for ax in figure.axes:
        found += [text.get_text() for text in ax.texts]
        found += [label.get_text() for label in ax.get_yticklabels()]
        found += [ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()]
    return found


def colours_of(figure, colour):
    return [line for ax in figure.axes for line in ax.lines if line.get_color() == colour]


@pytest.mark.parametrize("protocol", ["nb201-digits", "nb201-digits-3obj"])
def test_every_figure_names_methods_and_protocol(make_results, protocol):
    results = make_results({"random": [0.7, 0.8], "other": [0.8, 0.9]}, protocol=protocol)
    plots = plots_of(results)
    assert set(plots) == {"anytime", "attainment", "profile", "final"}
    for plot in plots.values():
        texts = texts_of(plot.figure)
        assert any(results.protocol.label in text for text in texts)
        for method in results.methods:
            assert any(text.startswith(method) for text in texts), (plot.name, method)


def test_anytime_curves_are_medians_from_the_end_of_the_initial_designs(make_results):
    results = make_results({"random": [0.7, 0.9, 0.95]})
    figure = plots_of(results)["anytime"].figure
    budget = results.protocol.rules.budget
    curves = [line for line in figure.axes[0].lines if len(line.get_xdata()) > 10]
    assert len(curves) == 1
    assert curves[0].get_xdata()[0] == budget.initial
    assert curves[0].get_xdata()[-1] == budget.evaluations
    expected = np.median(results.traces("random"), axis=0)[budget.initial - 1 :]
    np.testing.assert_allclose(curves[0].get_ydata(), expected)


def test_the_attainment_plane_is_in_the_units_of_the_task(make_results):
    results = make_results({"random": [0.9]})
    rules = results.protocol.rules.normalisation
    corners = denormalise(results.protocol, np.array([[0.0, 0.0], [1.0, 1.0]]))
    np.testing.assert_allclose(corners, [rules.ideal, rules.nadir])
    ax = plots_of(results)["attainment"].figure.axes[0]
    front = next(line for line in ax.lines if line.get_marker() == "o")
    np.testing.assert_allclose(
        front.get_xdata(), denormalise(results.protocol, results.front)[:, 0]
    )
    assert ax.get_xlim()[1] == pytest.approx(results.protocol.raw_reference_point[0])
    assert ax.get_ylim()[1] == pytest.approx(results.protocol.raw_reference_point[1])


def test_the_surface_is_what_half_of_the_repetitions_attained(make_results):
    # Each repetition's points are the same line, lifted by 1 - final: the middle one is attained
    # by two of three.
    results = make_results({"random": [0.8, 0.9, 0.95]})
    ax = plots_of(results)["attainment"].figure.axes[0]
    (surface,) = [line for line in ax.lines if line.get_linewidth() == 2.0]
    expected = denormalise(results.protocol, results.of("random")[1].incumbents)
    np.testing.assert_allclose(surface.get_xdata()[1:-1], expected[:, 0])
    np.testing.assert_allclose(surface.get_ydata()[1:-1], expected[:, 1])


def test_the_median_run_is_a_run(make_results):
    results = make_results({"random": [0.9, 0.5, 0.8, 0.7]})
    assert median_run(results.of("random")).hypervolume_ratio == pytest.approx(0.7)


def test_the_profile_ends_at_the_share_of_targets_reached(make_results):
    results = make_results({"random": [0.72, 0.97]})
    plot = plots_of(results)["profile"]
    targets = np.array(results.protocol.rules.targets)
    expected = np.mean([(targets <= 0.72).mean(), (targets <= 0.97).mean()])
    curve = next(ln for ln in plot.figure.axes[0].lines if len(ln.get_xdata()) > 10)
    assert curve.get_ydata()[-1] == pytest.approx(expected)


def test_a_look_is_kept_when_other_methods_are_missing(make_results):
    both = style.looks(make_results({"random": [0.8], "nsga2": [0.8]}))
    alone = style.looks(make_results({"nsga2": [0.8]}))
    assert both["nsga2"] == alone["nsga2"]


def test_many_methods_look_different_from_each_other(make_results):
    looks = style.looks(make_results({f"m{i:02d}": [0.8] for i in range(30)}))
    seen = {(look.colour, str(look.dashes), look.marker) for look in looks.values()}
    assert len(seen) == len(looks)


def test_seven_methods_differ_in_dashes_alone(make_results):
    looks = list(style.looks(make_results({"random": [0.8]})).values())[:7]
    assert len({str(look.dashes) for look in looks}) == len(looks) == 7


def test_labels_are_spread_in_order_and_within_bounds():
    rng = np.random.default_rng(0)
    for _ in range(50):
        wanted = rng.random(rng.integers(1, 12)).round(1)
        places = style.spread(wanted, gap=0.08, low=0.0, high=1.0)
        assert places.min() >= -1e-12
        assert places.max() <= 1.0 + 1e-12
        order = np.argsort(wanted, kind="stable")
        assert (np.diff(places[order]) >= 0.08 - 1e-9).all()


def test_labels_with_room_stay_where_they_are():
    wanted = np.array([0.9, 0.1, 0.5])
    np.testing.assert_allclose(style.spread(wanted, gap=0.2, low=0.0, high=1.0), wanted)


def test_drawing_leaves_the_settings_of_the_user_alone(make_results):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plots_of(make_results({"random": [0.7, 0.8]}))
    assert dict(mpl.rcParams) == before
