"""The examples in docstrings say what they do."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import bench
import methods
import reports


def _modules_with_examples():
    for package in (bench, methods, reports):
        root = Path(package.__file__).parent
        for path in sorted(root.rglob("*.py")):
            if ">>> " in path.read_text(encoding="utf-8"):
                parts = path.relative_to(root.parent).with_suffix("").parts
                yield ".".join(parts).removesuffix(".__init__")


MODULES = sorted(_modules_with_examples())


def test_there_are_examples():
    assert len(MODULES) > 15


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    try:
        module = import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name != "torch":
            raise
        pytest.skip("torch is not installed")
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed
