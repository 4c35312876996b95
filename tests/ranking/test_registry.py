"""Contestants of both kinds are found alike, and a wrong one is explained."""

from __future__ import annotations

import pytest

from bench.errors import CallError
from bench.estimator import find_estimator, registered_estimators
from bench.method import FoundMethod, find_method


@pytest.mark.parametrize("name", registered_estimators())
def test_registered_estimators_go_by_their_own_names(name):
    found = find_estimator(name)
    assert found.name == found.contestant.name == name
    assert found.contestant.summary
    assert found.contestant.needs in ("networks", "curves", "scores")
    assert len(found.source_sha256()) == 64
    for setting in found.contestant.settings_spec.values():
        assert setting.mark in ("paper", "released code", "ours")
        assert setting.reason


def test_methods_and_estimators_are_not_each_other(method_file, estimator_file):
    with pytest.raises(CallError, match=r"unknown method 'tse': expected one of "):
        find_method("tse")
    with pytest.raises(CallError, match=r"unknown estimator 'random': expected one of .*mote"):
        find_estimator("random")
    spec = estimator_file("    def score(self, bed):\n        return 0.0\n")
    with pytest.raises(CallError, match=r"is not a method: expected a subclass of bench\.method"):
        find_method(spec)
    method = method_file("    def ask(self, n):\n        return []\n    tell = ask\n", "m")
    with pytest.raises(CallError, match=r"is not an estimator: expected a subclass of bench\.est"):
        find_estimator(method)
    assert isinstance(find_method(method), FoundMethod)
    assert find_estimator(spec).name == "toy"


def test_a_file_that_is_not_there_or_holds_none(tmp_path, estimator_file):
    with pytest.raises(CallError, match=r"no such file: .*an estimator is named as path/to/file"):
        find_estimator(f"{tmp_path}/none.py:A")
    with pytest.raises(CallError, match="has no class 'B'"):
        find_estimator(estimator_file("    score = None\n").replace(":Toy", ":B"))
    with pytest.raises(CallError, match="is not an estimator"):  # it has no score
        find_estimator(estimator_file("    pass\n"))
    broken = tmp_path / "broken.py"
    broken.write_text("1 / 0\n", encoding="utf-8")
    with pytest.raises(CallError, match="cannot be imported: ZeroDivisionError"):
        find_estimator(f"{broken}:A")


def test_the_digest_follows_the_code(estimator_file):
    body = "    def score(self, bed):\n        return 0.0\n"
    first = find_estimator(estimator_file(body)).source_sha256()
    assert find_estimator(estimator_file(body)).source_sha256() == first
    assert find_estimator(estimator_file(body + "\n    x = 1\n")).source_sha256() != first
