"""A protocol for tests of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def tiny(tmp_path):
    """Write a protocol of 15 evaluations and 2 repetitions."""
    text = (ROOT / "protocols" / "nb201-digits.toml").read_text(encoding="utf-8")
    text = text.replace('name = "nb201-digits"', 'name = "tiny"', 1)
    text = text.replace("evaluations = 200", "evaluations = 15")
    path = tmp_path / "tiny.toml"
    path.write_text(text.replace("repetitions = 20", "repetitions = 2"), encoding="utf-8")
    return path
