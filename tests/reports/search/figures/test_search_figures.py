"""Figures of search protocols, on made results."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from bench.protocol import load_search_protocol, released_protocols
from reports.rendering import style
from reports.search.comparison import median_run
from reports.search.figures import draw_plots
from reports.search.figures.final_sets import denormalise
from reports.search.figures.method_looks import method_looks


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


def test_the_surface_is_attained_by_half_of_the_repetitions(make_results):
    # Each repetition's points are the same line, moved up by 1 - final: two of three attain the
    # middle one.
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


def test_a_method_keeps_its_look_when_others_are_missing(make_results):
    both = method_looks(make_results({"random": [0.8], "nsga2": [0.8]}))
    alone = method_looks(make_results({"nsga2": [0.8]}))
    assert both["nsga2"] == alone["nsga2"]


@pytest.mark.parametrize("protocol", released_protocols("search"))
def test_methods_of_a_roster_differ_even_without_colours(make_results, protocol):
    looks = method_looks(make_results({"random": [0.8]}, protocol=protocol))
    assert len(looks) >= 7
    for (one, a), (other, b) in combinations(looks.items(), 2):
        same = [a.colour == b.colour, str(a.dashes) == str(b.dashes), a.marker == b.marker]
        assert sum(same) <= 1, (one, other)


@pytest.mark.parametrize("protocol", released_protocols("search"))
def test_random_search_alone_is_grey(make_results, protocol):
    looks = method_looks(make_results({"random": [0.8]}, protocol=protocol))
    grey = [
        name
        for name, look in looks.items()
        if len({look.colour[i : i + 2] for i in (1, 3, 5)}) == 1
    ]
    assert grey == ["random"]


def test_many_methods_look_different_from_each_other(make_results):
    looks = method_looks(make_results({f"m{i:02d}": [0.8] for i in range(40)}))
    seen = {(look.colour, str(look.dashes), look.marker) for look in looks.values()}
    assert len(seen) == len(looks)


def test_bands_of_one_colour_have_other_edges(make_results):
    names = list(load_search_protocol("hwnas-edgegpu").entrants())
    finals = {name: [0.5, 0.6] for name in names[:8]}
    finals |= {"nsga2": [0.7, 0.8], "cma-es": [0.3, 0.4]}
    results = make_results(finals, protocol="hwnas-edgegpu")
    looks = method_looks(results)
    assert looks["nsga2"].colour == looks["cma-es"].colour
    for ax in plots_of(results)["anytime"].figure.axes:
        drawn = {(str(b.get_facecolor()), str(b.get_linestyle())) for b in ax.collections}
        assert len(drawn) == len(ax.collections) == 3


def test_seven_methods_differ_in_dashes_alone(make_results):
    looks = list(method_looks(make_results({"random": [0.8]})).values())[:7]
    assert len({str(look.dashes) for look in looks}) == len(looks) == 7


def dotted(ax):
    return [line for line in ax.lines if line.get_color() == style.REFERENCE]


def test_an_attainable_ratio_near_the_curves_is_a_line(make_results):
    plots = plots_of(make_results({"random": [0.96, 0.97]}))
    above, below = plots["anytime"].figure.axes
    (final,) = plots["final"].figure.axes
    assert [line.get_ydata()[0] for line in dotted(above)] == [pytest.approx(0.982047)]
    assert [line.get_ydata()[0] for line in dotted(below)] == [pytest.approx(1 - 0.982047)]
    assert above.get_ylim()[1] > 0.982047
    assert below.get_ylim()[0] < 1 - 0.982047
    assert "attainable 0.9820" in [text.get_text() for text in above.texts + final.texts]


@pytest.mark.parametrize(
    ("protocol", "final", "ratio", "regret"),
    [
        ("nb301", 0.4, "\N{UPWARDS ARROW} attainable 1.0000", None),
        (
            "nb201-digits",
            0.5,
            "\N{UPWARDS ARROW} attainable 0.9820",
            "\N{DOWNWARDS ARROW} attainable 0.0180",
        ),
        ("lamoo-vehicle-safety", 0.8, "attainable 0.9955", "\N{DOWNWARDS ARROW} attainable 0.0045"),
    ],
)
def test_an_attainable_ratio_far_away_does_not_stretch_the_axis(
    make_results, protocol, final, ratio, regret
):
    results = make_results({"random": [final, 0.9 * final]}, protocol=protocol)
    above, below = plots_of(results)["anytime"].figure.axes
    for ax, text in ((above, ratio), (below, regret)):
        texts = [each.get_text() for each in ax.texts if "attainable" in each.get_text()]
        assert texts == ([text] if text else [])
        assert bool(dotted(ax)) == (text is not None and text.startswith("attainable"))
        if not dotted(ax):
            shown = np.concatenate(
                [line.get_ydata() for line in ax.lines if len(line.get_xdata()) > 10]
            )
            at = ax.transData.transform([[0, shown.min()], [0, shown.max()]])[:, 1]
            assert np.ptp(at) > 0.6 * ax.bbox.height


@pytest.mark.parametrize(
    ("finals", "text", "end"),
    [
        ([0.3, 0.4], "attainable 0.9820 \N{RIGHTWARDS ARROW}", 1),
        ([0.998, 0.999], "\N{LEFTWARDS ARROW} attainable 0.9820", 0),
    ],
)
def test_an_attainable_ratio_far_away_does_not_squeeze_final_ratios(
    make_results, finals, text, end
):
    (ax,) = plots_of(make_results({"random": finals}))["final"].figure.axes
    assert not dotted(ax)
    (label,) = ax.texts
    assert label.get_text() == text
    assert label.xy[0] == ax.get_xlim()[end]
    assert np.ptp(ax.get_xlim()) < 2 * np.ptp(finals)


def test_where_no_initial_designs_are_shared_none_are_shaded(make_results):
    for protocol, shaded in (("nb201-digits", True), ("mote-nb201-cifar10", False)):
        plots = plots_of(make_results({"random": [0.8]}, protocol=protocol))
        assert ("initial designs" in plots["anytime"].caption) == shaded
        for ax in plots["anytime"].figure.axes + plots["profile"].figure.axes:
            assert bool(ax.patches) == shaded


def test_evaluations_are_whole_numbers(make_results):
    plots = plots_of(make_results({"random": [0.8]}, protocol="mote-nb201-cifar10"))
    for ax in plots["anytime"].figure.axes + plots["profile"].figure.axes:
        assert ax.get_xlim() == (0, 20)
        ticks = ax.get_xticks()
        assert len(ticks) > 3
        np.testing.assert_array_equal(ticks, np.round(ticks))


def test_each_method_has_a_triangle_with_all_pairs_and_axes_of_its_own(make_results):
    methods = load_search_protocol("nb201-digits-3obj").entrants("main")
    results = make_results({method: [0.8] for method in methods}, protocol="nb201-digits-3obj")
    figure = plots_of(results)["attainment"].figure
    assert len(figure.axes) == 3 * len(methods)
    assert figure.get_figheight() < 1.3 * len(methods)
    rules, front = results.protocol.rules, denormalise(results.protocol, results.front)
    names = [f"{each.title} [{each.unit}]" for each in rules.task.objectives]
    for start in range(0, len(figure.axes), 3):
        corner = figure.axes[start : start + 3]
        for ax, (x, y) in zip(corner, [(0, 1), (0, 2), (1, 2)], strict=True):
            drawn = next(line for line in ax.lines if line.get_markerfacecolor() == "none")
            np.testing.assert_array_equal(drawn.get_xdata(), front[:, x])
            np.testing.assert_array_equal(drawn.get_ydata(), front[:, y])
            labelled = (bool(ax.get_xticklabels()), bool(ax.get_yticklabels()))
            assert labelled == (y == 2, x == 0)
            assert ax.get_xlabel().replace("\n", " ") == (names[x] if y == 2 else "")
            assert ax.get_ylabel().replace("\n", " ") == (names[y] if x == 0 else "")


def test_panels_end_before_a_reference_point_that_is_far_from_all_points(make_results):
    made = make_results({"random": [0.9]}, protocol="nb201-digits-3obj")
    (run,) = made.runs
    first = np.array([0.1, 1.0, 1.0])
    squeezed = replace(
        made,
        front=made.front * first,
        runs=(replace(run, incumbents=run.incumbents * first),),
    )
    for results, ends in ((made, True), (squeezed, False)):
        ax = plots_of(results)["attainment"].figure.axes[0]
        reference = results.protocol.raw_reference_point
        assert (ax.get_xlim()[1] == pytest.approx(reference[0])) == ends
        assert ax.get_ylim()[1] == pytest.approx(reference[1])
        inside = denormalise(results.protocol, results.runs[0].incumbents)[:, 0]
        assert ax.get_xlim()[1] >= inside.max()


def test_slanted_names_of_objectives_end_above_the_foot_line(make_results):
    made = make_results({"random": [0.9]}, protocol="evox-c10-mop7")
    rng = np.random.default_rng(0)
    results = replace(
        made,
        front=rng.random((9, 8)),
        runs=tuple(replace(run, incumbents=rng.random((6, 8))) for run in made.runs),
    )
    figure = plots_of(results)["attainment"].figure
    figure.draw_without_rendering()
    foot = figure.texts[-1].get_window_extent()
    for label in figure.axes[0].get_xticklabels():
        assert label.get_window_extent().y0 > foot.y1, label.get_text()


def test_drawing_does_not_change_the_settings_of_the_user(make_results):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plots_of(make_results({"random": [0.7, 0.8]}))
    assert dict(mpl.rcParams) == before
