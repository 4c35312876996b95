"""Search results: everything is recomputed, and a journal that disagrees is an error."""

from __future__ import annotations

import numpy as np
import pytest
from method_bodies import BAD_BODY, RANDOM_BODY
from playing import planned, rewritten

from bench.entrants.problem import candidates
from bench.errors import JournalError, MixedProtocolsError, ResultsError
from bench.indicators import hypervolume, non_dominated
from bench.protocol import load_search_protocol
from bench.results import load_search_results
from bench.runs.journal_file import read_journal
from bench.runs.sweep import perform


@pytest.fixture
def toys(method_file):
    return [method_file(RANDOM_BODY, "good"), method_file(BAD_BODY, "bad")]


@pytest.fixture
def finished(small_protocol_file, toys, tmp_path):
    for run in planned(small_protocol_file, results=tmp_path, entrants=toys).runs:
        perform(run)
    return tmp_path


def test_everything_is_recomputed(small_protocol, small_task, finished):
    results = load_search_results(small_protocol, finished)
    assert results.methods == ["good"]
    assert {(u.label, u.status) for u in results.unfinished} == {("bad", "failed")}
    frame = results.frame()
    reference = small_protocol.rules.normalisation.reference_point
    best = hypervolume(small_protocol.normalise(small_task.front("score")), reference)
    for row, run in zip(frame.itertuples(), results.runs, strict=True):
        architectures = np.asarray(run.journal.architectures)
        seen = small_task.evaluate(candidates(architectures)).objectives
        kept = small_task.score(architectures)[non_dominated(seen)]
        expected = hypervolume(small_protocol.normalise(kept), reference) / best
        assert row.hypervolume_ratio == pytest.approx(expected, abs=1e-12)
        assert row.log10_regret == pytest.approx(np.log10(1 - expected), abs=1e-9)
        assert len(run.trace) == 42


def test_the_exact_front_has_the_ratio_one(small_protocol, finished):
    results = load_search_results(small_protocol, finished)
    normalisation = small_protocol.rules.normalisation
    best = hypervolume(results.front, normalisation.reference_point)
    assert best == pytest.approx(results.front_hypervolume)
    attainable = hypervolume(results.search_front, normalisation.reference_point) / best
    assert attainable == pytest.approx(normalisation.attainable, rel=1e-5)
    assert results.front.min(axis=0) == pytest.approx([0, 0], abs=1e-9)
    assert results.front.max(axis=0) == pytest.approx([1, 1], abs=1e-9)


def test_results_of_two_protocols_are_not_mixed(
    small_protocol, small_protocol_file, finished, tmp_path
):
    other_file = tmp_path / "other.toml"
    other_file.write_text(small_protocol_file.read_text().replace("batch = 5", "batch = 4"))
    other = load_search_protocol(str(other_file))
    with pytest.raises(ResultsError, match=rf"results of other ids: {small_protocol.short_id}"):
        load_search_results(other, finished)
    home = finished / "small"
    (home / small_protocol.short_id).rename(home / other.short_id)
    with pytest.raises(MixedProtocolsError, match="are never mixed"):
        load_search_results(other, finished)


def test_a_journal_that_disagrees_with_the_table_is_an_error(small_protocol, finished):
    path = next(finished.rglob("good/001.jsonl"))
    journal = read_journal(path)
    path.unlink()
    forged = journal.batches[2].values
    better = ((0.0, forged[0][1]), *forged[1:])
    with rewritten(path) as writer:  # with correct seals, so that only the table disagrees
        for line in (journal.header, *journal.batches, journal.end):
            if line is journal.batches[2]:
                line = line.model_copy(update={"values": better})  # noqa: PLW2901
            writer.append(line)
    message = r"001\.jsonl line 4: evaluation 15 records objectives \[0\.0"
    with pytest.raises(ResultsError, match=message):
        load_search_results(small_protocol, finished)


def test_a_damaged_journal_is_an_error(small_protocol, finished):
    path = next(finished.rglob("good/001.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"number":3', b'"number":4', 1))
    with pytest.raises(JournalError, match="line 5"):
        load_search_results(small_protocol, finished)


def test_without_journals_the_command_is_named(small_protocol, tmp_path):
    with pytest.raises(ResultsError, match=r"make them with `monas run .*small\.toml --results"):
        load_search_results(small_protocol, tmp_path)
