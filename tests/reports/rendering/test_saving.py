"""Saving of figures."""

from __future__ import annotations

from base64 import b64decode

from reports.rendering.saving import save_plots
from reports.search.figures import draw_plots
from reports.search.pairs import Pairs


def test_saved_plots_are_what_a_page_needs(make_results, tmp_path):
    results = make_results({"random": [0.8]})
    alone = Pairs(("random",), "random", 0.005, ())
    saved = save_plots(draw_plots(results, alone), tmp_path, salt="a")
    names = ["anytime", "seconds", "attainment", "profile", "final"]
    assert [each["name"] for each in saved] == names
    for each, plot in zip(saved, draw_plots(results, alone), strict=True):
        assert (each["title"], each["caption"]) == (plot.title, plot.caption)
        kind, data = each["data"].split(",")
        assert kind == "data:image/svg+xml;base64"
        assert b64decode(data) == (tmp_path / f"{plot.name}.svg").read_bytes()
        assert (tmp_path / f"{plot.name}.png").is_file()
