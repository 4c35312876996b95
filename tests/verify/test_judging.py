"""Verdicts on methods that are not repeated bit by bit: a test, with enough repetitions."""

from __future__ import annotations

import numpy as np
import pytest
from playing import planned

from bench.runs.journal_file import read_journal
from bench.runs.sweep import perform
from bench.verify.judging import LEAST_REPETITIONS, judge_replays
from bench.verify.replay import Replayed


@pytest.fixture(scope="module")
def journal(small_protocol_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("judged")
    (run, *_) = planned(small_protocol_file, results=folder, entrants=["random"]).runs
    assert perform(run).status == "done"
    return read_journal(run.path)


def _judged(journal, recorded, made, *, methods=1, fault=""):
    """Return the verdict on a method that is not repeated."""
    again = None if fault else journal
    run = Replayed(journal, again, fault, "" if fault else "line 3: candidate 0", "", False)
    labels = [f"m{i}" for i in range(methods)]
    verdicts = judge_replays(
        dict.fromkeys(labels, [run] * len(made)),
        dict.fromkeys(labels, recorded),
        dict.fromkeys(labels, made),
        protocol_id="0" * 64,
    )
    return verdicts[journal.path]


def test_runs_of_one_distribution_are_replayed_statistically(journal):
    rng = np.random.default_rng(3)
    verdict = _judged(journal, rng.random(20), rng.random(LEAST_REPETITIONS))
    assert verdict.tier == "replayed statistically"
    assert verdict.reason.startswith("p = 0.")


def test_better_runs_than_those_of_the_method_are_refused(journal):
    rng = np.random.default_rng(3)
    verdict = _judged(journal, rng.random(20) + 0.8, rng.random(10), methods=20)
    assert verdict.tier == "refused"
    assert "over 10 repetitions played again the method reaches other values" in verdict.reason


def test_fewer_repetitions_are_not_tested(journal):
    verdict = _judged(journal, np.ones(20), np.zeros(LEAST_REPETITIONS - 1))
    assert verdict.tier == "recomputed"
    assert "9 repetitions are too few for a test" in verdict.reason


def test_more_methods_need_more_evidence(journal):
    recorded, made = np.arange(10) / 10, np.arange(10) / 10 + 0.5
    assert _judged(journal, recorded, made).tier == "refused"
    assert _judged(journal, recorded, made, methods=30).tier == "replayed statistically"


def test_a_replay_that_fails_says_nothing_against_the_run(journal):
    verdict = _judged(journal, np.ones(20), np.zeros(10), fault="played again, it timeout: late")
    assert (verdict.tier, verdict.reason) == ("recomputed", "played again, it timeout: late")
