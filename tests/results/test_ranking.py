"""Ranking results: a journal counts where its entry belongs, under the name that it holds."""

from __future__ import annotations

import shutil

import pytest
from playing import score

from bench.errors import ResultsError
from bench.protocol import load_ranking_protocol
from bench.results import load_ranking_results

pytest.importorskip("torch")


def test_a_journal_under_another_name_is_refused(rules, tmp_path):
    path, results = rules(), tmp_path / "r"
    protocol = load_ranking_protocol(str(path))
    score(path, results, "fast", "params")
    shutil.copy(protocol.journal_path(results, "fast"), protocol.journal_path(results, "mote"))
    with pytest.raises(
        ResultsError, match=r"mote\.jsonl is the journal of fast, which belongs at .*fast\.jsonl"
    ):
        load_ranking_results(protocol, results)


def test_results_of_other_ids_are_named(rules, tmp_path):
    path, results = rules(), tmp_path / "r"
    score(path, results, "fast")
    other = load_ranking_protocol(str(rules(("sample = 24", "sample = 25"), name="other.toml")))
    short_id = load_ranking_protocol(str(path)).short_id
    with pytest.raises(ResultsError, match=rf"there are results of other ids: {short_id}"):
        load_ranking_results(other, results)
