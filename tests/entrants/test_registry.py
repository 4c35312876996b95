"""The registry finds entrants of both kinds, and explains wrong names and classes."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint

import pytest

from bench.entrants import registry
from bench.entrants.estimator import find_estimator, registered_estimators
from bench.entrants.method import find_method
from bench.errors import CallError
from bench.players.describe import describe


@pytest.mark.parametrize("name", registered_estimators())
def test_estimators_are_registered_under_their_names(name):
    found = find_estimator(name)
    assert found.name == found.entrant.name == name
    assert found.entrant.summary
    assert found.entrant.needs in ("networks", "curves", "scores")
    assert len(found.source_sha256()) == 64
    for setting in found.entrant.settings_spec.values():
        assert setting.mark in ("paper", "released code", "ours")
        assert setting.reason


def test_methods_are_not_estimators(method_file, estimator_file):
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
    assert find_method(method).name == "m"
    assert find_estimator(spec).name == "toy"


def test_a_file_without_an_estimator_is_an_error(tmp_path, estimator_file):
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
def test_a_class_in_a_file_needs_its_own_name(tmp_path, line, message):
    for base, find in (
        ("methods.random_search import RandomSearch", find_method),
        ("methods.mote import TSE", find_estimator),
    ):
        file = tmp_path / "mine.py"
        name = base.split()[-1]
        file.write_text(f"from {base}\nclass Mine({name}):\n    x = 1\n{line}", encoding="utf-8")
        with pytest.raises(CallError, match=message):
            find(f"{file}:Mine")


def test_a_class_has_the_name_of_its_entry_point(monkeypatch):
    entry = EntryPoint("other", "methods.random_search:RandomSearch", "monas.methods")
    monkeypatch.setattr("bench.entrants.registry._entry_points", lambda group: {"other": (entry,)})
    with pytest.raises(CallError, match="'other' is registered for a class of the name 'random'"):
        find_method("other")


@pytest.mark.parametrize(
    ("kind", "name", "find"),
    [("method", "nsga2", find_method), ("estimator", "tse", find_estimator)],
)
def test_a_name_that_two_packages_register_is_an_error(kind, name, find, tmp_path, monkeypatch):
    """The suite's own names too: neither of the two is played under the name of the other."""
    info = tmp_path / "rival-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rival\nVersion: 1.0\n", "utf-8")
    text = f"[monas.{kind}s]\n{name} = rival:Mine\n"
    (info / "entry_points.txt").write_text(text, encoding="utf-8")
    for add in (monkeypatch.syspath_prepend, lambda folder: sys.path.append(str(folder))):
        with monkeypatch.context() as patched:
            patched.setattr(sys, "path", list(sys.path))
            add(tmp_path)
            registry._entry_points.cache_clear()
            with pytest.raises(CallError) as caught:
                find(name)
        assert f"{kind} '{name}' is registered by " in str(caught.value)
        assert "rival (rival:Mine)" in str(caught.value)
        assert "monas-bench (methods." in str(caught.value)
    registry._entry_points.cache_clear()
    assert find(name).name == name


def test_a_file_imports_the_files_beside_it(tmp_path):
    (tmp_path / "beside_mine.py").write_text("NAME = 'mine'\n", encoding="utf-8")
    file = tmp_path / "mine.py"
    file.write_text(
        "from methods.random_search import RandomSearch\n"
        "from beside_mine import NAME\n"
        "class Mine(RandomSearch):\n    name = NAME\n",
        encoding="utf-8",
    )
    card = describe(f"{file}:Mine", "method")
    assert card.name == "mine"
    (tmp_path / "beside_mine.py").write_text("NAME = 'ours'\n", encoding="utf-8")  # as long
    again = describe(f"{file}:Mine", "method")
    assert again.name == "ours"
    assert again.source_sha256 != card.source_sha256
    assert not (tmp_path / "__pycache__").exists()
