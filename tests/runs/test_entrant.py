"""The entrants of a sweep: names, settings and requirements are checked before any run."""

from __future__ import annotations

import pytest
from method_bodies import RANDOM_BODY
from playing import cut, planned, score

from bench.errors import CallError
from bench.runs.sweep import perform


def test_two_methods_never_share_a_name(small_protocol_file, method_file, tmp_path):
    results = tmp_path / "results"

    def plan(*entrants):
        return planned(small_protocol_file, results=results, entrants=entrants, repetitions=1)

    mine = method_file(RANDOM_BODY, "random")
    with pytest.raises(
        CallError, match=r"random\.py:Toy: the name 'random' is taken.*--method ran"
    ):
        plan(mine)
    first = method_file(RANDOM_BODY, "toy")
    (tmp_path / "other").mkdir()
    second = tmp_path / "other" / "toy.py"
    second.write_text((tmp_path / "toy.py").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(CallError, match=r"toy\.py:Toy and .*other/toy\.py:Toy have the same"):
        plan(first, f"{second}:Toy")
    assert len(plan(first, first, "random", "random").runs) == 2


def test_two_estimators_never_share_a_name(rules, estimator_file, tmp_path):
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


def test_an_estimator_needs_a_source_of_the_protocol(rules, estimator_file, tmp_path):
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


def test_settings_that_cannot_be_read_are_an_error(rules, estimator_file, tmp_path):
    settings = "    def effective_settings(cls, s):\n        raise SystemExit(0)\n"
    exiting = estimator_file(f"    score = 1\n    @classmethod\n{settings}", name="set")
    with pytest.raises(CallError, match=r"set\.py:Toy: its settings cannot be read: SystemExit: 0"):
        planned(rules(), results=tmp_path, entrants=[exiting])


NEEDY = '    requires = {"nowhere": "monas-bench[none]"}\n'


def test_requirements_of_estimators_are_checked(rules, estimator_file, tmp_path):
    spec = estimator_file(f"{NEEDY}    score = None\n", base="CurveEstimator")
    with pytest.raises(CallError, match=r"estimator 'toy' needs nowhere, which is not installed"):
        planned(rules(), results=tmp_path, entrants=[spec])


def test_requirements_of_methods_are_checked(small_protocol_file, method_file, tmp_path):
    name, toy = small_protocol_file, method_file(RANDOM_BODY, "toy")
    needy = method_file(f"{NEEDY}{RANDOM_BODY}", "needy")
    for run in planned(name, results=tmp_path, entrants=[toy]).runs:
        perform(run)
    message = r"'needy' needs nowhere, which is not installed; .* 'monas-bench\[none\]'"
    for restart in (False, True):
        with pytest.raises(CallError, match=message):
            planned(name, results=tmp_path, entrants=[toy, needy], restart=restart)
    made = planned(name, results=tmp_path, entrants=[toy])
    assert len(made.ended[str(name)]) == 3  # nothing was removed
    assert made.runs == ()


def test_other_settings_or_code_are_noticed(rules, tmp_path):
    path = rules()
    score(path, tmp_path)
    other = rules(("epochs = 2", "epochs = 3"), name="other.toml")
    assert planned(other, results=tmp_path).outdated[str(other)] == ("tse-2",)
    cut(next(tmp_path.rglob("tse-2.jsonl")), 1)
    error = score(other, tmp_path)["tse-2"].error
    assert "made with subject.epochs = 2, now it is 3; run with --restart" in error


def test_settings_are_recorded_as_json_has_them(small_protocol_file, method_file, tmp_path):
    """A setting that is a tuple does not make a finished run outdated."""
    body = (
        "    from bench.method import Setting\n"
        "    settings_spec = {'sizes': Setting((1, 2), 'ours', 'a tuple')}\n"
    )
    name, spec = small_protocol_file, method_file(body + RANDOM_BODY)
    (run,) = planned(name, results=tmp_path, entrants=[spec], repetitions=1).runs
    assert perform(run).status == "done"
    made = planned(name, results=tmp_path, entrants=[spec], repetitions=1)
    assert made.runs == ()
    assert made.outdated[str(name)] == ()
