"""Entries measured and recorded: resume, failures, what results make of the journals."""

from __future__ import annotations

import json
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from playing import planned
from playing import score as do

from bench.errors import CallError, JournalError, MixedProtocolsError, MonasError, ResultsError
from bench.indicators import kendall_tau
from bench.protocol import load_ranking_protocol
from bench.results.ranking import load_ranking_results
from bench.runs.sweep import sweep

pytest.importorskip("torch")

# Larger for cells with larger convolutions; says how often it was asked.
COUNTING = (
    "    def score(self, factory):\n"
    "        with open({log!r}, 'a') as out:\n"
    "            out.write('x')\n"
    "        return float(sum(p.numel() for p in factory.network().parameters()))\n"
)


def _kendall(scores, truth):
    return kendall_tau(scores, truth, missing="last")


@pytest.fixture
def counting(estimator_file, tmp_path):
    log = tmp_path / "asked"
    log.touch()
    return estimator_file(COUNTING.format(log=str(log))), log


def without_times(path):
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [{k: v for k, v in line.items() if k not in ("seal", "cost_seconds")} for line in lines]


def test_the_roster_is_ranked_and_read_back(rules, tmp_path):
    path = rules()
    protocol = load_ranking_protocol(str(path))
    outcomes = do(path, tmp_path)
    assert {o.status for o in outcomes.values()} == {"done"}
    assert planned(path, results=tmp_path).runs == ()
    results = load_ranking_results(protocol, tmp_path)
    assert [entry.label for entry in results.entries] == ["tse", "tse-2", "fast", "params"]
    assert results.unfinished == ()
    cells = protocol.task()
    table = cells.table("nb201-digits")
    losses = np.stack([table.column(f"train_loss_s0_e{e}") for e in range(1, 13)], axis=1)
    by_label = {entry.label: entry for entry in results.entries}
    for label, scores in (
        ("tse", -losses.astype(float).sum(axis=1)),
        ("tse-2", -losses[:, :2].astype(float).sum(axis=1)),
        ("fast", -table.column("latency_ms").astype(float)),
        ("params", table.column("params").astype(float)),
    ):
        for chosen in protocol.rules.sets:
            found, members = by_label[label].sets[chosen.name], cells.members(chosen)
            assert found.cells == len(members)
            assert found.tau == pytest.approx(_kendall(scores[members], cells.truth[members]))
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


def test_networks_are_measured_once_and_resumed(rules, counting, tmp_path):
    path, (spec, log) = rules(), counting
    protocol = load_ranking_protocol(str(path))
    outcome = do(path, tmp_path / "a", spec)["toy"]
    assert outcome.status == "done", outcome.error
    whole = without_times(outcome.path)
    assert [line["kind"] for line in whole] == ["header", *["batch"] * 3, "end"]
    assert sum(len(line["architectures"]) for line in whole[1:-1]) == 24
    assert whole[-1]["evaluations"] == 24
    lines = outcome.path.read_bytes().splitlines(keepends=True)
    for kept, left in ((1, 24), (2, 14), (4, 0)):
        log.write_text("", encoding="utf-8")
        outcome.path.write_bytes(b"".join(lines[:kept]) + lines[kept][:20])
        assert do(path, tmp_path / "a", spec)["toy"].status == "done"
        assert without_times(outcome.path) == whole
        assert len(log.read_text(encoding="utf-8")) == left
    results = load_ranking_results(protocol, tmp_path / "a")
    (entry,) = results.entries
    assert list(entry.sets) == ["sample"]
    cells = protocol.task()
    scores = [row[0] for line in whole[1:-1] for row in line["values"]]
    assert entry.sets["sample"].tau == pytest.approx(
        _kendall(np.asarray(scores), cells.truth[cells.sample])
    )
    assert entry.seconds > 0


def test_what_has_no_score_ranks_last(rules, estimator_file, tmp_path):
    body = (
        "    def score(self, factory):\n"
        "        size = sum(p.numel() for p in factory.network().parameters())\n"
        "        return float('nan') if size > 8000 else float(size)\n"
    )
    path = rules()
    protocol = load_ranking_protocol(str(path))
    outcome = do(path, tmp_path / "r", estimator_file(body))["toy"]
    assert outcome.status == "done"
    recorded = [r[0] for line in without_times(outcome.path)[1:-1] for r in line["values"]]
    missing = [score is None for score in recorded]
    assert 0 < sum(missing) < 24
    (entry,) = load_ranking_results(protocol, tmp_path / "r").entries
    assert entry.sets["sample"].without == sum(missing)
    cells = protocol.task()
    as_worst = [-1.0 if score is None else score for score in recorded]
    assert entry.sets["sample"].tau == pytest.approx(_kendall(as_worst, cells.truth[cells.sample]))


def test_a_combined_estimator_sees_the_whole_sample(rules, estimator_file, tmp_path):
    body = (
        "    from methods.zero_cost.size import Flops, Params\n"
        "    parts = (Flops, Params)\n\n"
        "    def combine(self, scores):\n"
        "        ranks = np.argsort(np.argsort(scores, axis=0), axis=0)\n"
        "        return ranks.sum(axis=1) / len(scores)\n"
    )
    path = rules()
    spec = estimator_file(body, base="CombinedEstimator")
    outcome = do(path, tmp_path / "r", spec)["toy"]
    assert outcome.status == "done", outcome.error
    rows = [row for line in without_times(outcome.path)[1:-1] for row in line["values"]]
    assert np.asarray(rows).shape == (24, 2)
    protocol = load_ranking_protocol(str(path))
    (entry,) = load_ranking_results(protocol, tmp_path / "r").entries
    ranks = np.argsort(np.argsort(np.asarray(rows), axis=0), axis=0)
    cells = protocol.task()
    assert entry.sets["sample"].tau == pytest.approx(
        _kendall(ranks.sum(axis=1), cells.truth[cells.sample])
    )


def test_failures_are_recorded_and_told(rules, estimator_file, tmp_path):
    path = rules()
    raising = estimator_file(
        "    def score(self, factory):\n        raise ValueError('on purpose')\n", name="raising"
    )
    short = estimator_file(
        "    def score(self, curves):\n        return np.zeros(3)\n",
        base="CurveEstimator",
        name="short",
    )
    outcomes = do(path, tmp_path, raising, short, "params")
    assert [o.status for o in outcomes.values()] == ["failed", "failed", "done"]
    assert outcomes["raising"].error == "estimator 'raising' raised: ValueError: on purpose"
    assert "returned an array of shape [3]; expected [6466]" in outcomes["short"].error
    made = planned(path, results=tmp_path, entrants=[raising, short, "params"])
    assert [o.status for o in made.ended[str(path)]] == ["failed", "failed", "done"]
    assert made.outdated[str(path)] == ()
    results = load_ranking_results(load_ranking_protocol(str(path)), tmp_path)
    assert {u.label: u.status for u in results.unfinished} == {
        "raising": "failed",
        "short": "failed",
    }
    again = planned(path, results=tmp_path, entrants=[raising, "params"], retry_failed=True)
    assert [p.entry.label for p in again.runs] == ["raising"]
    assert [p.stem for p in again.removed] == ["raising"]
    assert {p.stem for p in tmp_path.rglob("*.jsonl")} == {"raising", "short", "params"}
    again = planned(path, results=tmp_path, entrants=["params"], restart=True)
    assert len(again.runs) == 1


LEAVING = "    def {}:\n        raise SystemExit(0)\n"


def test_an_estimator_that_wants_to_leave_is_told(rules, estimator_file, tmp_path):
    path = rules()
    left = do(
        path,
        tmp_path,
        estimator_file(LEAVING.format("score(self, factory)"), name="networks"),
        estimator_file(LEAVING.format("score(self, c)"), base="CurveEstimator", name="curves"),
        estimator_file(LEAVING.format("__init__(self)") + "    score = 1\n", name="made"),
    )
    assert {label: (o.status, o.error) for label, o in left.items()} == {
        "networks": ("failed", "estimator 'networks' raised: SystemExit: 0"),
        "curves": ("failed", "estimator 'curves' raised: SystemExit: 0"),
        "made": ("failed", "estimator 'made' raised: SystemExit: 0"),
    }
    settings = LEAVING.format("effective_settings(cls, s)")
    leaving = estimator_file(f"    score = 1\n    @classmethod\n{settings}", name="set")
    with pytest.raises(CallError, match=r"set\.py:Toy: its settings cannot be read: SystemExit: 0"):
        planned(path, results=tmp_path, entrants=[leaving])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise SystemExit(0)", "raised: SystemExit: 0"),
        ("return 1 / 0", "raised: ZeroDivisionError: division by zero"),
        ("return 0.0", r"returned an array of shape []; expected [24], a score for each"),
    ],
)
def test_what_cannot_be_combined_is_told(rules, estimator_file, tmp_path, body, message):
    path = rules()
    spec = estimator_file(
        "    from methods.zero_cost import Flops\n    parts = (Flops,)\n\n"
        f"    def combine(self, scores):\n        {body}\n",
        base="CombinedEstimator",
    )
    do(path, tmp_path, spec, "params")
    (left,) = load_ranking_results(load_ranking_protocol(str(path)), tmp_path).unfinished
    assert left.status == "not computed"
    assert message in left.error


def test_an_unknown_column_is_told(rules, tmp_path):
    path = rules(('column = "params"', 'column = "parameters"'))
    outcomes = do(path, tmp_path)
    assert outcomes["params"].status == "failed"
    assert "'nb201-digits' has no column 'parameters': expected one of" in outcomes["params"].error
    path = rules(('losses = "train_loss_s0_e{}"', 'losses = "loss_{}"'))
    error = do(path, tmp_path)["tse"].error
    assert "'nb201-digits' has no columns 'loss_{}': expected some of" in error
    path = rules(('losses = "train_loss_s0_e{}"', 'losses = "flops"'))
    assert "column 'flops' has shape [6466]; expected [rows, k]" in do(path, tmp_path)["tse"].error
    path = rules(("epochs = 2", "epochs = 13"))
    assert "has 12 epochs of train_loss_s0_e{}, not 13" in do(path, tmp_path / "e")["tse-2"].error
    path = rules(('column = "params"', 'column = "arch_str"'))
    assert "does not have one number per row" in do(path, tmp_path / "n")["params"].error


def test_an_estimator_without_a_source_is_refused(rules, estimator_file, tmp_path):
    path = rules()
    text = path.read_text(encoding="utf-8")
    a, b = text.index("[sources.training]"), text.index("[sources.stored]")
    c, d = text.index('[[roster]]\nlabel = "tse"'), text.index('[[roster]]\nlabel = "fast"')
    path.write_text(text[:a] + text[b:c] + text[d:], encoding="utf-8")
    spec = estimator_file("    score = None\n", base="CurveEstimator")
    with pytest.raises(CallError, match=r"'toy' needs curves, and small-ranking has no source"):
        planned(path, results=tmp_path, entrants=[spec])
    with pytest.raises(CallError, match="unknown estimator 'nothing': expected one of"):
        planned(path, results=tmp_path, entrants=["nothing"])


def test_what_an_estimator_requires_is_looked_for_before_anything_runs(
    rules, estimator_file, tmp_path
):
    body = '    requires = {"nowhere": "monas-bench[none]"}\n    score = None\n'
    spec = estimator_file(body, base="CurveEstimator")
    with pytest.raises(CallError, match=r"estimator 'toy' needs nowhere, which is not installed"):
        planned(rules(), results=tmp_path, entrants=[spec])


def test_two_codes_never_share_an_entry(rules, estimator_file, tmp_path):
    path = rules()

    def plan(*entrants):
        return planned(path, results=tmp_path, entrants=entrants)

    for name in ("mote", "fast"):  # registered; in the roster
        with pytest.raises(CallError, match=rf"the name {name!r} is taken.*--method {name}"):
            plan(estimator_file("    score = None\n", base="CurveEstimator", name=name))
    first = estimator_file("    score = None\n", base="CurveEstimator")
    (tmp_path / "toy.py").rename(tmp_path / "mine.py")
    second = estimator_file("    score = None\n", base="CurveEstimator")
    with pytest.raises(CallError, match=r"mine\.py:Toy and .*toy\.py:Toy have the same name 'toy'"):
        plan(first.replace("toy.py", "mine.py"), second)
    assert len(plan(second, second, "tse", "tse").runs) == 2


def test_other_settings_or_code_are_noticed(rules, tmp_path):
    path = rules()
    do(path, tmp_path)
    (other,) = (rules(("epochs = 2", "epochs = 3"), name="other.toml"),)
    assert planned(other, results=tmp_path).outdated[str(other)] == ("tse-2",)
    journal = next(tmp_path.rglob("tse-2.jsonl"))
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:1]))
    error = do(other, tmp_path)["tse-2"].error
    assert "made with subject.epochs = 2, now it is 3; run with --restart" in error


SIGNED = "    def score(self, curves):\n        return {} * curves.losses.sum(axis=1)\n"
SUMMED = (
    "    from methods.zero_cost import Flops, Params\n    parts = (Flops, Params)\n\n"
    "    def combine(self, scores):\n        return {} * scores.sum(axis=1)\n"
)


def test_todays_code_makes_no_number_of_the_code_that_was_ranked(rules, estimator_file, tmp_path):
    path = rules()

    def write(sign):
        return (
            estimator_file(SIGNED.format(sign), base="CurveEstimator", name="curves"),
            estimator_file(SUMMED.format(sign), base="CombinedEstimator", name="summed"),
            estimator_file(
                f"    def score(self, made):\n        return {sign} * made.network().in_channels\n"
            ),
        )

    def found():
        return load_ranking_results(load_ranking_protocol(str(path)), tmp_path / "r")

    do(path, tmp_path / "r", *write("-1"))
    before = found()
    assert [entry.label for entry in before.entries] == ["curves", "summed", "toy"]
    write("1")
    after = found()
    # what a network estimator measured is in the journal, under the digest of what measured it
    assert [(e.label, e.header) for e in after.entries] == [("toy", before.entries[2].header)]
    assert [(u.label, u.status) for u in after.unfinished] == [
        ("curves", "not computed"),
        ("summed", "not computed"),
    ]
    for each in after.unfinished:
        assert f"{each.label}.py:Toy has changed since: sha256 " in each.error
        assert each.error.endswith(" now; run it again with --restart")


def test_results_are_found_from_another_folder(rules, estimator_file, tmp_path, monkeypatch):
    path = rules()
    estimator_file(SIGNED.format("-1"), base="CurveEstimator")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    do(path, tmp_path / "r", "toy.py:Toy")
    monkeypatch.chdir(tmp_path / "elsewhere")
    results = load_ranking_results(load_ranking_protocol(str(path)), tmp_path / "r")
    assert [entry.label for entry in results.entries] == ["toy"]
    assert results.entries[0].header.spec == f"{tmp_path / 'toy.py'}:Toy"


def test_damage_and_mixture_are_refused(rules, tmp_path):
    path = rules()
    protocol = load_ranking_protocol(str(path))
    with pytest.raises(ResultsError, match=rf"no results of small-ranking v1.*`monas run {path} "):
        load_ranking_results(protocol, tmp_path)
    do(path, tmp_path)
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


def test_another_executor_does_the_work(rules, tmp_path):
    seen = []
    with ThreadPoolExecutor(1) as executor:
        outcomes = sweep(
            planned(rules(), results=tmp_path),
            workers=1,
            report=lambda done, last: seen.append((done, last.label)),
            executor=executor,
        )
    assert {o.status for o in outcomes} == {"done"}
    assert [done for done, _ in seen] == [1, 2, 3, 4]


def test_time_out(rules, counting, tmp_path):
    path, (spec, _) = rules(), counting
    outcome = do(path, tmp_path, spec, timeout=1e-9)["toy"]
    assert (outcome.status, outcome.error) == ("timeout", "not finished after 1e-09 seconds")
    with pytest.raises(MonasError, match="no finished run of small-ranking"):
        load_ranking_results(load_ranking_protocol(str(path)), tmp_path)
