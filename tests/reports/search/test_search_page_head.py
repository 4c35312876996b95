"""The first table of a search protocol's page."""

from __future__ import annotations

import pytest

from reports.search.search_page_head import head_rows


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        (
            "nb201-digits",
            "200 evaluations, at most 5 at once; the first 10 are the same initial designs for "
            "every method",
        ),
        (
            "mote-nb201-cifar10",
            "20 evaluations, at most 20 at once; methods share no initial designs",
        ),
    ],
)
def test_the_budget_tells_whether_initial_designs_are_shared(make_results, protocol, expected):
    results = make_results({"random": [0.8]}, protocol=protocol)
    assert dict(head_rows(results, "1 of 1"))["Budget"] == expected
