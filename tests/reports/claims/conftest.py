"""Evidence of made results, and a made paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from published_numbers import BASE, PROTOCOL

from reports.claims import Evidence
from reports.claims.published_curves import PublishedCurves
from reports.claims.record import Paper

PAIR = {"protocol": PROTOCOL, "indicator": "hypervolume_ratio"}


@pytest.fixture
def evidence_of(make_results, tmp_path):
    """Give a function that returns evidence with these final ratios of `nb201-digits`."""

    def give(finals, **more):
        return Evidence(tmp_path, {PROTOCOL: make_results(finals, **more)})

    return give


@pytest.fixture
def evidence_with_traces(make_results, tmp_path):
    """Give a function that returns evidence with these traces [repetitions, n] of each method.

    A trace is continued by its last value.
    """

    def give(traces):
        results = make_results({name: t[:, -1] for name, t in traces.items()})
        n = results.protocol.rules.budget.evaluations

        def trace(run):
            given = traces[run.method][run.repetition]
            return np.concatenate([given, np.full(n - len(given), given[-1])])

        runs = tuple(replace(run, trace=trace(run)) for run in results.runs)
        return Evidence(tmp_path, {PROTOCOL: replace(results, runs=runs)})

    return give


def claim(name, rule, **published):
    return {
        "id": name,
        "topic": "Is it so?",
        "place": "Table 1",
        "statement": f"Statement {name}.",
        "published": {"how": "printed", **published},
        "rule": rule,
    }


@pytest.fixture
def paper(monkeypatch):
    curves = PublishedCurves.model_validate(
        {
            "source": "made curves",
            "how": "measured from a figure",
            "indicator": "hypervolume_ratio",
            "error": 0.01,
            "curves": [
                {
                    "protocol": PROTOCOL,
                    "method": method,
                    "label": label,
                    "evaluations": [20, 200],
                    "values": [0.3, end],
                    "spread": 0.02,
                }
                for method, label, end in (("nsga2", "NSGA-II", 0.5), ("moead", "MOEA/D", 0.95))
            ],
        }
    )
    monkeypatch.setattr(
        "reports.claims.figures.claim_plots.load_curves", {"made-curves": curves}.get
    )
    return Paper.model_validate(
        {
            "name": "made",
            "short": "Made",
            "title": "On <b>search</b>",
            "authors": "A. Nobody",
            "venue": "Nowhere",
            "year": 2020,
            "curves": "made-curves",
            "comparisons": [
                {**PAIR, "pairs": [["random", "nsga2"], ["moead", "random"]]},
            ],
            "claims": [
                claim(
                    "better",
                    {"kind": "difference", **PAIR, "better": "nsga2", "worse": "random"},
                ),
                claim(
                    "faster",
                    {"kind": "sample-efficiency", **PAIR, "method": "nsga2", "baseline": "random"},
                    value=3.0,
                ),
                claim("missing", {"kind": "value", **PAIR, "method": "moead"}, value=0.9, runs=7),
                claim("far", {"kind": "out-of-reach", "would_take": "a <script> of years"}),
            ],
        }
    )


@pytest.fixture
def paper_evidence(make_results, tmp_path):
    made = make_results({"random": BASE, "nsga2": BASE + 0.1})
    return Evidence(tmp_path / "results", {PROTOCOL: made})
