"""No invented terms in code, docs and tests: `invented_terms.txt` lists them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIST = Path(__file__).with_name("invented_terms.txt")
SUFFIXES = {".py", ".md", ".toml", ".ini", ".jinja"}
FOLDERS = ("bench", "docs", "methods", "reports", "tests")
# Frozen texts, data, history; and the two files that name the terms.
ELSEWHERE = ("tests/fixtures/", "reports/published/", "CHANGELOG.md", "tests/test_language.py")

TERMS = [
    re.split(r"\s+->\s+", line)[0].strip()
    for line in LIST.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.fixture(scope="module")
def texts():
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    found = {}
    for path in [*paths, *ROOT.glob("*")]:
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in SUFFIXES and path.is_file() and not name.startswith(ELSEWHERE):
            found[name] = path.read_text(encoding="utf-8")
    return found


def test_the_list_is_read(texts):
    assert len(TERMS) > 15
    assert {"README.md", "bench/runs/search.py", "tests/test_packaging.py"} <= texts.keys()


@pytest.mark.parametrize("term", TERMS)
def test_it_is_nowhere(term, texts):
    pattern = re.compile(rf"\b(?:{term})\b", re.IGNORECASE)
    assert [name for name, text in texts.items() if pattern.search(text)] == []
