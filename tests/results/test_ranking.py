"""Ranking results: recomputed correlations, and which journals and code count."""

from __future__ import annotations

import math
import pathlib
import shutil

import numpy as np
import pytest
from playing import content, planned, score

from bench.errors import JournalError, MixedProtocolsError, ResultsError
from bench.indicators import kendall_tau
from bench.protocol import load_ranking_protocol
from bench.results import load_ranking_results

pytest.importorskip("torch")


def _kendall(scores, truth):
    return kendall_tau(scores, truth, missing="last")


def _values(path):
    """Return the recorded scores of a journal, row by row."""
    return [row for line in content(path)[1:-1] for row in line["values"]]


def test_correlations_are_those_of_the_table(rules, tmp_path):
    path = rules()
    protocol = load_ranking_protocol(str(path))
    outcomes = score(path, tmp_path)
    assert {o.status for o in outcomes.values()} == {"done"}
    assert planned(path, results=tmp_path).runs == ()
    results = load_ranking_results(protocol, tmp_path)
    assert [entry.label for entry in results.entries] == ["tse", "tse-2", "fast", "params"]
    assert results.unfinished == ()
    task = protocol.task()
    table = task.table("nb201-digits")
    losses = np.stack([table.column(f"train_loss_s0_e{e}") for e in range(1, 13)], axis=1)
    by_label = {entry.label: entry for entry in results.entries}
    for label, scores in (
        ("tse", -losses.astype(float).sum(axis=1)),
        ("tse-2", -losses[:, :2].astype(float).sum(axis=1)),
        ("fast", -table.column("latency_ms").astype(float)),
        ("params", table.column("params").astype(float)),
    ):
        for chosen in protocol.rules.sets:
            found, members = by_label[label].sets[chosen.name], task.members(chosen)
            assert found.architectures == len(members)
            assert found.tau == pytest.approx(_kendall(scores[members], task.truth[members]))
            assert found.low <= found.high
    seconds = table.column("train_seconds").astype(float).mean() / 2
    assert by_label["tse"].seconds == pytest.approx(seconds)
    assert by_label["tse-2"].seconds == pytest.approx(seconds * 2 / 12)
    assert math.isnan(by_label["fast"].seconds)
    assert [e.label for e in results.of("all")] == sorted(
        by_label, key=lambda label: -by_label[label].sets["all"].tau
    )
    frame = results.frame()
    assert len(frame) == 8
    assert set(frame["set"]) == {"sample", "all"}


def test_measured_scores_are_those_of_the_journal(rules, estimator_file, tmp_path):
    path = rules()
    spec = estimator_file(
        "    def score(self, factory):\n"
        "        return float(sum(p.numel() for p in factory.network().parameters()))\n"
    )
    outcome = score(path, tmp_path / "r", spec)["toy"]
    protocol = load_ranking_protocol(str(path))
    (entry,) = load_ranking_results(protocol, tmp_path / "r").entries
    assert list(entry.sets) == ["sample"]
    task = protocol.task()
    scores = [row[0] for row in _values(outcome.path)]
    assert entry.sets["sample"].tau == pytest.approx(
        _kendall(np.asarray(scores), task.truth[task.sample])
    )
    assert entry.seconds > 0


def test_architectures_without_a_score_rank_last(rules, estimator_file, tmp_path):
    body = (
        "    def score(self, factory):\n"
        "        size = sum(p.numel() for p in factory.network().parameters())\n"
        "        return float('nan') if size > 8000 else float(size)\n"
    )
    path = rules()
    protocol = load_ranking_protocol(str(path))
    outcome = score(path, tmp_path / "r", estimator_file(body))["toy"]
    assert outcome.status == "done"
    recorded = [row[0] for row in _values(outcome.path)]
    missing = [each is None for each in recorded]
    assert 0 < sum(missing) < 24
    (entry,) = load_ranking_results(protocol, tmp_path / "r").entries
    assert entry.sets["sample"].without_score == sum(missing)
    task = protocol.task()
    as_worst = [-1.0 if each is None else each for each in recorded]
    assert entry.sets["sample"].tau == pytest.approx(_kendall(as_worst, task.truth[task.sample]))


def test_a_combined_estimator_ranks_the_whole_sample(rules, estimator_file, tmp_path):
    body = (
        "    from methods.zero_cost.size import Flops, Params\n"
        "    parts = (Flops, Params)\n\n"
        "    def combine(self, scores):\n"
        "        ranks = np.argsort(np.argsort(scores, axis=0), axis=0)\n"
        "        return ranks.sum(axis=1) / len(scores)\n"
    )
    path = rules()
    spec = estimator_file(body, base="CombinedEstimator")
    outcome = score(path, tmp_path / "r", spec)["toy"]
    assert outcome.status == "done", outcome.error
    rows = np.asarray(_values(outcome.path))
    assert rows.shape == (24, 2)
    protocol = load_ranking_protocol(str(path))
    (entry,) = load_ranking_results(protocol, tmp_path / "r").entries
    ranks = np.argsort(np.argsort(rows, axis=0), axis=0)
    task = protocol.task()
    assert entry.sets["sample"].tau == pytest.approx(
        _kendall(ranks.sum(axis=1), task.truth[task.sample])
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise SystemExit(0)", "raised: SystemExit: 0"),
        ("return 1 / 0", "raised: ZeroDivisionError: division by zero"),
        ("return 0.0", r"returned an array of shape []; expected [24], a score for each"),
    ],
)
def test_scores_that_cannot_be_combined_are_no_result(
    rules, estimator_file, tmp_path, body, message
):
    path = rules()
    spec = estimator_file(
        "    from methods.zero_cost import Flops\n    parts = (Flops,)\n\n"
        f"    def combine(self, scores):\n        {body}\n",
        base="CombinedEstimator",
    )
    score(path, tmp_path, spec, "params")
    (left,) = load_ranking_results(load_ranking_protocol(str(path)), tmp_path).unfinished
    assert left.status == "failed"
    assert message in left.error


SIGNED = "    def score(self, curves):\n        return {} * curves.losses.sum(axis=1)\n"
SUMMED = (
    "    from methods.zero_cost import Flops, Params\n    parts = (Flops, Params)\n\n"
    "    def combine(self, scores):\n        return {} * scores.sum(axis=1)\n"
)


def test_code_that_is_not_the_suites_own_is_not_imported_by_a_report(
    rules, estimator_file, tmp_path
):
    """Its scores are those that its journals record, whatever its file says by now."""
    path = rules()
    files = [
        (SIGNED, {"base": "CurveEstimator", "name": "curves"}),
        (SUMMED, {"base": "CombinedEstimator", "name": "summed"}),
        ("    def score(self, made):\n        return {} * made.network().in_channels\n", {}),
    ]

    def found():
        return load_ranking_results(load_ranking_protocol(str(path)), tmp_path / "r")

    specs = [estimator_file(body.format("-1"), **options) for body, options in files]
    score(path, tmp_path / "r", *specs)
    before = found()
    assert [entry.label for entry in before.entries] == ["curves", "summed", "toy"]
    for spec in specs:
        imported = "import pathlib; pathlib.Path(__file__).with_suffix('.ran').touch(); 1 / 0\n"
        pathlib.Path(spec.partition(":")[0]).write_text(imported, encoding="utf-8")
    after = found()
    assert after.unfinished == before.unfinished == ()
    for mine, theirs in zip(before.entries, after.entries, strict=True):
        assert (mine.label, mine.header) == (theirs.label, theirs.header)
        assert repr(mine.sets) == repr(theirs.sets)
    assert not list(tmp_path.rglob("*.ran"))


def test_changed_code_of_the_suite_computes_no_number(rules, tmp_path, monkeypatch):
    path = rules()
    score(path, tmp_path / "r", "tse-ema", "fast")
    changed = "0" * 64
    monkeypatch.setattr("bench.entrants.registry.Found.source_sha256", lambda self: changed)
    results = load_ranking_results(load_ranking_protocol(str(path)), tmp_path / "r")
    (left,) = results.unfinished
    assert (left.label, left.status) == ("tse-ema", "not computed")
    assert "tse-ema has changed since: sha256 " in left.error
    assert left.error.endswith(" now; run it again with --restart")


def test_results_do_not_depend_on_the_current_folder(rules, estimator_file, tmp_path, monkeypatch):
    path = rules()
    estimator_file(SIGNED.format("-1"), base="CurveEstimator")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    score(path, tmp_path / "r", "toy.py:Toy")
    monkeypatch.chdir(tmp_path / "elsewhere")
    results = load_ranking_results(load_ranking_protocol(str(path)), tmp_path / "r")
    assert [entry.label for entry in results.entries] == ["toy"]
    assert results.entries[0].header.spec == f"{tmp_path / 'toy.py'}:Toy"


def test_damaged_and_mixed_journals_are_refused(rules, tmp_path):
    path = rules()
    protocol = load_ranking_protocol(str(path))
    with pytest.raises(ResultsError, match=rf"no results of small-ranking v1.*`monas run {path} "):
        load_ranking_results(protocol, tmp_path)
    score(path, tmp_path)
    other = load_ranking_protocol(str(rules(("sample = 24", "sample = 25"), name="other.toml")))
    home = tmp_path / "small-ranking"
    (home / protocol.short_id).rename(home / other.short_id)
    with pytest.raises(MixedProtocolsError, match="never mixed"):
        load_ranking_results(other, tmp_path)
    (home / other.short_id).rename(home / protocol.short_id)
    journal = home / protocol.short_id / "fast.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"sign":-1', b'"sign":1'))
    with pytest.raises(JournalError, match=r"fast\.jsonl line 1 does not follow"):
        load_ranking_results(protocol, tmp_path)


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


def test_another_sample_is_refused(rules, estimator_file, tmp_path):
    from playing import reseal

    path = rules()
    spec = estimator_file("    def score(self, factory):\n        return 1.0\n")
    outcome = score(path, tmp_path / "r", spec)["toy"]
    lines = content(outcome.path)
    lines[1]["architectures"][0] = [0] * 6
    reseal(outcome.path, lines)
    message = r"toy\.jsonl: its 24 architectures are not the 24 of the protocol's sample"
    with pytest.raises(ResultsError, match=message):
        load_ranking_results(load_ranking_protocol(str(path)), tmp_path / "r")
