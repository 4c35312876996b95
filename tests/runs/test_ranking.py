"""Runs of rankings: entries are measured once, stopped and continued, and fail with a reason."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from playing import content, planned, score

from bench.errors import MonasError
from bench.protocol import load_ranking_protocol
from bench.results.ranking import load_ranking_results
from bench.runs.sweep import sweep

pytest.importorskip("torch")

# Scores are the numbers of parameters; every call is counted in a file.
COUNTING = (
    "    def score(self, factory):\n"
    "        with open({log!r}, 'a') as out:\n"
    "            out.write('x')\n"
    "        return float(sum(p.numel() for p in factory.network().parameters()))\n"
)


@pytest.fixture
def counting(estimator_file, tmp_path):
    log = tmp_path / "calls"
    log.touch()
    return estimator_file(COUNTING.format(log=str(log))), log


def without_times(path):
    return [{k: v for k, v in line.items() if k != "cost_seconds"} for line in content(path)]


def test_networks_are_measured_once_and_continued(rules, counting, tmp_path):
    path, (spec, log) = rules(), counting
    outcome = score(path, tmp_path / "a", spec)["toy"]
    assert outcome.status == "done", outcome.error
    whole = without_times(outcome.path)
    assert [line["kind"] for line in whole] == ["header", *["batch"] * 3, "end"]
    assert sum(len(line["architectures"]) for line in whole[1:-1]) == 24
    assert whole[-1]["evaluations"] == 24
    lines = outcome.path.read_bytes().splitlines(keepends=True)
    for kept, left in ((1, 24), (2, 14), (4, 0)):
        log.write_text("", encoding="utf-8")
        outcome.path.write_bytes(b"".join(lines[:kept]) + lines[kept][:20])
        assert score(path, tmp_path / "a", spec)["toy"].status == "done"
        assert without_times(outcome.path) == whole
        assert len(log.read_text(encoding="utf-8")) == left


def test_failures_are_recorded(rules, estimator_file, tmp_path):
    path = rules()
    raising = estimator_file(
        "    def score(self, factory):\n        raise ValueError('on purpose')\n", name="raising"
    )
    short = estimator_file(
        "    def score(self, curves):\n        return np.zeros(3)\n",
        base="CurveEstimator",
        name="short",
    )
    outcomes = score(path, tmp_path, raising, short, "params")
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
    assert [removal.path.stem for removal in again.removed] == ["raising"]
    assert {p.stem for p in tmp_path.rglob("*.jsonl")} == {"raising", "short", "params"}
    again = planned(path, results=tmp_path, entrants=["params"], restart=True)
    assert len(again.runs) == 1


EXITING = "    def {}:\n        raise SystemExit(0)\n"


def test_an_estimator_that_exits_ends_its_run(rules, estimator_file, tmp_path):
    left = score(
        rules(),
        tmp_path,
        estimator_file(EXITING.format("score(self, factory)"), name="networks"),
        estimator_file(EXITING.format("score(self, c)"), base="CurveEstimator", name="curves"),
        estimator_file(EXITING.format("__init__(self)") + "    score = 1\n", name="made"),
    )
    assert {label: (o.status, o.error) for label, o in left.items()} == {
        "networks": ("failed", "estimator 'networks' raised: SystemExit: 0"),
        "curves": ("failed", "estimator 'curves' raised: SystemExit: 0"),
        "made": ("failed", "estimator 'made' raised: SystemExit: 0"),
    }


def test_an_unknown_column_ends_the_run(rules, tmp_path):
    path = rules(('column = "params"', 'column = "parameters"'))
    outcomes = score(path, tmp_path)
    assert outcomes["params"].status == "failed"
    assert "'nb201-digits' has no column 'parameters': expected one of" in outcomes["params"].error
    path = rules(('losses = "train_loss_s0_e{}"', 'losses = "loss_{}"'))
    error = score(path, tmp_path)["tse"].error
    assert "'nb201-digits' has no columns 'loss_{}': expected some of" in error
    path = rules(('losses = "train_loss_s0_e{}"', 'losses = "flops"'))
    error = score(path, tmp_path)["tse"].error
    assert "column 'flops' has shape [6466]; expected [rows, k]" in error
    path = rules(("epochs = 2", "epochs = 13"))
    error = score(path, tmp_path / "e")["tse-2"].error
    assert "has 12 epochs of train_loss_s0_e{}, not 13" in error
    path = rules(('column = "params"', 'column = "arch_str"'))
    assert "does not have one number per row" in score(path, tmp_path / "n")["params"].error


def test_another_executor_can_do_the_runs(rules, tmp_path):
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


def test_a_timeout_ends_the_run(rules, counting, tmp_path):
    path, (spec, _) = rules(), counting
    outcome = score(path, tmp_path, spec, timeout=1e-9)["toy"]
    assert (outcome.status, outcome.error) == ("timeout", "not finished after 1e-09 seconds")
    with pytest.raises(MonasError, match="no finished run of small-ranking"):
        load_ranking_results(load_ranking_protocol(str(path)), tmp_path)
