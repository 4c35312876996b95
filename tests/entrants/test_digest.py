"""The digest of an entrant's code: edits change it; comments, layout and moved folders do not."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.entrants import digest
from bench.entrants.digest import source_sha256
from bench.entrants.estimator import find_estimator, registered_estimators
from bench.entrants.method import find_method, registered_methods

CLASS = """
from bench.estimator import CurveEstimator
from digest_helper import scaled

class Toy(CurveEstimator):
    '''An estimator.'''

    name = 'toy'

    def score(self, curves):
        return scaled(-curves.losses[:, -1])
"""
HELPER = "import numpy as np\n\ndef scaled(values):\n    return 2.0 * np.asarray(values)\n"
OF_CLASS = "e7fc389e1b14ca4981df1bdf295fac7a"


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """Write the class, and a module that it imports, into a folder; return its digest there."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(text=CLASS, helper=HELPER, folder="a"):
        here = tmp_path / folder
        here.mkdir(exist_ok=True)
        for name, content in (("toy.py", text), ("digest_helper.py", helper)):
            (here / name).write_text(content, encoding="utf-8")
        monkeypatch.syspath_prepend(here)
        monkeypatch.delitem(sys.modules, "digest_helper", raising=False)
        return find_estimator(f"{here / 'toy.py'}:Toy").source_sha256()

    yield write
    sys.modules.pop("digest_helper", None)


def test_the_digest_of_a_fixed_text_is_fixed(beside):
    """It depends on no path, no machine and no version of Python."""
    assert beside()[:32] == OF_CLASS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    name = 'toy'\n", "    # a comment\n    name = 'toy'  # another\n"),
        (
            "return scaled(-curves.losses[:, -1])",
            "return scaled(\n            -curves.losses[:, -1]\n        )",
        ),
        ("'toy'", '"toy"'),
        ("    '''An estimator.'''\n", '    """Another docstring,\n\n    of two lines.\n    """\n'),
        ("    '''An estimator.'''\n\n", ""),
        ("\nfrom bench", '"""A module."""\n\nfrom bench'),
    ],
    ids=["comments", "layout", "quotes", "docstring", "no docstring", "module docstring"],
)
def test_comments_layout_and_docstrings_do_not_count(old, new, beside):
    assert old in CLASS
    assert beside(CLASS.replace(old, new)) == beside()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[:, -1]", "[:, -2]"),
        ("'toy'", "'toys'"),
        ("-curves", "curves"),
        ("(self, curves)", "(self, curves, /)"),
    ],
)
def test_edits_of_the_class_count(old, new, beside):
    assert old in CLASS
    assert beside(CLASS.replace(old, new)) != beside()


def test_edits_of_an_imported_file_count(beside):
    first = beside()
    assert beside(helper=HELPER.replace("2.0", "3.0")) != first
    assert beside(helper=HELPER.replace("values", "numbers")) != first
    assert beside(helper=f"{HELPER}# a comment\n") == first


def test_files_that_are_not_imported_do_not_count(beside, tmp_path):
    first = beside()
    (tmp_path / "a" / "other.py").write_text("X = 1\n", encoding="utf-8")
    assert beside() == first


def test_the_folder_of_a_class_does_not_count(beside):
    assert beside(folder="somewhere") == beside(folder="else")


PACKAGE = {
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


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Write a package whose class imports relatives; return its folder and a way to the class."""
    monkeypatch.syspath_prepend(tmp_path)
    # Python takes a cached file for current if the source has the same length and second.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for name, text in PACKAGE.items():
        path = tmp_path / "relatives" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def load(module):
        for name in [name for name in sys.modules if name.partition(".")[0] == "relatives"]:
            del sys.modules[name]
        importlib.invalidate_caches()
        return importlib.import_module(module).Toy

    yield tmp_path / "relatives", load
    for name in [name for name in sys.modules if name.partition(".")[0] == "relatives"]:
        del sys.modules[name]


def test_relative_imports_are_followed(package):
    folder, load = package
    toy = load("relatives.kind.method")
    before = source_sha256(toy)
    for name, text in PACKAGE.items():
        (folder / name).write_text(f"{text}MORE = 1\n", encoding="utf-8")
        follows = name not in {"apart.py", "kind/deep/__init__.py"}
        assert (source_sha256(toy) != before) == follows, name
        (folder / name).write_text(f'"""More."""\n{text}# more\n', encoding="utf-8")
        assert source_sha256(toy) == before, name
        (folder / name).write_text(text, encoding="utf-8")


def test_moving_a_folder_of_a_package_does_not_count(package):
    folder, load = package
    before = source_sha256(load("relatives.kind.method"))
    (folder / "room").mkdir()
    (folder / "room" / "__init__.py").write_text("", encoding="utf-8")
    shutil.move(folder / "kind", folder / "room" / "sort")
    moved = folder / "room" / "sort" / "__init__.py"
    moved.write_text("from ... import shared\n", encoding="utf-8")
    method = folder / "room" / "sort" / "method.py"
    text = method.read_text(encoding="utf-8")
    method.write_text(text.replace("from . import", "from relatives.room.sort import"), "utf-8")
    assert source_sha256(load("relatives.room.sort.method")) == before


def test_replacing_an_imported_file_by_another_counts(package):
    folder, load = package
    before = source_sha256(load("relatives.kind.method"))
    (folder / "kind" / "more.py").rename(folder / "kind" / "most.py")
    down = folder / "kind" / "deep" / "down.py"
    down.write_text("from ..most import Z\n", encoding="utf-8")
    assert source_sha256(load("relatives.kind.method")) == before  # only the name has changed
    (folder / "kind" / "most.py").write_text("Z = 2\n", encoding="utf-8")
    assert source_sha256(load("relatives.kind.method")) != before


def test_threads_agree():
    found = [find_method(name) for name in registered_methods()]
    found += [find_estimator(name) for name in registered_estimators()]
    expected = [each.source_sha256() for each in found]
    assert len(set(expected)) == len(found)

    def digests(_):
        digest._parse.cache_clear()
        return [each.source_sha256() for each in found]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(digests, range(4))) == [expected] * 4


def test_imported_modules_do_not_count():
    code = (
        "from bench.entrants.method import find_method\n"
        "found = find_method('qparego')\n"
        "before = found.source_sha256()\n"
        "import methods._gp.matern\n"
        "print(before == found.source_sha256())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
