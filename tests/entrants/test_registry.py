"""Entrants of both kinds are found alike, and a wrong one is explained."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint

import pytest

from bench.entrants.estimator import find_estimator, registered_estimators
from bench.entrants.method import FoundMethod, find_method
from bench.errors import CallError


@pytest.mark.parametrize("name", registered_estimators())
def test_registered_estimators_go_by_their_own_names(name):
    found = find_estimator(name)
    assert found.name == found.entrant.name == name
    assert found.entrant.summary
    assert found.entrant.needs in ("networks", "curves", "scores")
    assert len(found.source_sha256()) == 64
    for setting in found.entrant.settings_spec.values():
        assert setting.mark in ("paper", "released code", "ours")
        assert setting.reason


def test_methods_and_estimators_are_not_each_other(method_file, estimator_file):
    with pytest.raises(CallError, match=r"unknown method 'tse': expected one of "):
        find_method("tse")
    with pytest.raises(CallError, match=r"unknown estimator 'random': expected one of .*mote"):
        find_estimator("random")
    spec = estimator_file("    def score(self, factory):\n        return 0.0\n")
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


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", r"Mine has no name of its own: set `name = \"\.\.\.\"` in the class"),
        ("    name = 5\n", "Mine: name = 5 cannot be that of results; expected lower-case letters"),
        ("    name = 'a/b'\n", "name = 'a/b' cannot be"),
        ("    name = '../../esc'\n", "name = '../../esc' cannot be"),
        ("    name = 'MyOwn'\n", "name = 'MyOwn' cannot be"),
        ("    name = 'mine\\n'\n", r"name = 'mine\\n' cannot be"),
    ],
)
def test_a_class_in_a_file_needs_a_name_of_its_own(tmp_path, line, message):
    for base, find in (
        ("methods.random_search import RandomSearch", find_method),
        ("methods.mote import TSE", find_estimator),
    ):
        file = tmp_path / "mine.py"
        name = base.split()[-1]
        file.write_text(f"from {base}\nclass Mine({name}):\n    x = 1\n{line}", encoding="utf-8")
        with pytest.raises(CallError, match=message):
            find(f"{file}:Mine")


def test_a_registered_class_goes_by_the_name_it_is_registered_under(monkeypatch):
    entry = EntryPoint("other", "methods.random_search:RandomSearch", "monas.methods")
    monkeypatch.setattr("bench.entrants.registry.entry_points", lambda group: [entry])
    with pytest.raises(CallError, match="'other' is registered for a class of the name 'random'"):
        find_method("other")


def test_the_digest_follows_relative_imports(tmp_path, monkeypatch):
    files = {
        "__init__.py": "",
        "shared.py": "X = 1\n",
        "apart.py": "X = 1\n",
        "kind/__init__.py": "from .. import shared\n",
        "kind/parts.py": "Y = 1\n",
        "kind/method.py": (
            "from bench.estimator import CurveEstimator\n"
            "from . import parts\n"
            "from .deep.down import Z\n"
            "class Toy(CurveEstimator):\n    name = 'toy'\n    score = None\n"
            "def never():\n    from ...... import nothing\n"
        ),
        "kind/deep/__init__.py": "",
        "kind/deep/down.py": "from ..more import Z\n",
        "kind/more.py": "Z = 1\n",
    }
    package = tmp_path / "relatives"
    for name, text in files.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    entry = EntryPoint("toy", "relatives.kind.method:Toy", "monas.estimators")
    monkeypatch.setattr("bench.entrants.registry.entry_points", lambda group: [entry])
    found = find_estimator("toy")
    before = found.source_sha256()
    for name, text in files.items():
        (package / name).write_text(f"{text}MORE = 1\n", encoding="utf-8")
        follows = name not in {"apart.py", "kind/deep/__init__.py"}
        assert (found.source_sha256() != before) == follows, name
        (package / name).write_text(f'"""More."""\n{text}# more\n', encoding="utf-8")
        assert found.source_sha256() == before, name
        (package / name).write_text(text, encoding="utf-8")
    for module in [name for name in sys.modules if name.partition(".")[0] == "relatives"]:
        monkeypatch.delitem(sys.modules, module)


def test_the_digest_follows_the_code(estimator_file):
    body = "    def score(self, factory):\n        return 0.0\n"
    first = find_estimator(estimator_file(body)).source_sha256()
    assert find_estimator(estimator_file(body)).source_sha256() == first
    assert find_estimator(estimator_file(body + "\n    x = 1\n")).source_sha256() != first
