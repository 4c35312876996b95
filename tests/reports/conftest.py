"""Results made in memory: real protocols, invented traces, so that a test knows every number."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench.protocol import load_search_protocol
from bench.results.search import RunResult, SearchResults, Unfinished
from bench.runs.journal import Journal
from bench.runs.lines import Batch, End, Header, MethodSubject


@pytest.fixture(scope="session")
def make_results():
    def make(
        finals,
        *,
        protocol="nb201-digits",
        unfinished=(),
        repetitions=None,
        settings=None,
        seconds=0.5,
        failed=None,
    ):
        """Results with these final ratios: {method: [one for each repetition]}.

        `failed` names the repetitions of a method that failed and kept the ratio.
        """
        loaded = load_search_protocol(protocol)
        chosen = repetitions or {m: range(len(v)) for m, v in finals.items()}
        runs = [
            _run(
                loaded,
                method,
                repetition,
                final,
                (settings or {}).get(method, {}),
                seconds,
                failed=repetition in (failed or {}).get(method, ()),
            )
            for method, values in finals.items()
            for repetition, final in zip(chosen[method], values, strict=True)
        ]
        m = len(loaded.rules.task.objectives)
        front = _points(m, 9, 0.0)
        return SearchResults(
            protocol=loaded,
            runs=tuple(runs),
            unfinished=tuple(Unfinished(*each) for each in unfinished),
            front=front,
            search_front=front + 0.01,
            front_hypervolume=1.0,
            architectures=15625,
        )

    return make


def _run(protocol, method, repetition, final, settings, seconds, *, failed):
    n = protocol.rules.budget.evaluations
    m = len(protocol.rules.task.objectives)
    trace = np.linspace(0.3 * final, final, n)
    subject = MethodSubject(
        name="made",
        version="7",
        settings=settings,
        source_sha256="abcdef0123456789" * 4,
        repetition=repetition,
    )
    header = Header(
        protocol=protocol.name,
        protocol_id=protocol.id,
        # no journal has such a name, and no page may rest on that
        subject=subject.model_copy(update={"name": method}),
        packages={"numpy": "1.2.3"},
        git_commit="0123456789abcdef0123",
        git_dirty=True,
        processor="A <fast> processor",
        threads=1,
    )
    batch = Batch(
        number=0,
        architectures=(),
        values=(),
        cost_seconds=(),
        cheap_queries=3,
        ask_seconds=seconds,
        tell_seconds=seconds,
    )
    end = End(status="failed" if failed else "done", evaluations=n)
    line = json.dumps(batch.content()).encode()
    journal = Journal(Path("/nowhere/000.jsonl"), header, (line,), end, "", 0)
    return RunResult(
        method=method,
        repetition=repetition,
        journal=journal,
        search=np.zeros((n, m)),
        score=np.zeros((n, m)),
        incumbents=_points(m, 6, 1.0 - final),
        trace=trace,
        cost_seconds=np.full(n, 2.0),
        status="failed" if failed else "done",
        error="gave up" if failed else "",
    )


def _points(m, count, above):
    """Points [count, m] of a simplex from ideal to nadir, lifted by `above`."""
    share = np.linspace(0.0, 1.0, count)
    columns = [share, 1.0 - share, 4.0 * share * (1.0 - share)]
    return np.stack(columns[:m], axis=1) + above


@pytest.fixture(scope="session")
def nasty():
    """Return a method's name that is HTML, Markdown, a formula and a table at once."""
    return "<script>alert(1)</script>|*_$x_1$"
