"""A search protocol for tests, which runs in milliseconds, on the embedded table."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.protocol import SearchProtocol, load_search_protocol

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def small_protocol_file(tmp_path_factory) -> Path:
    """Write nb201-digits with 42 evaluations and 3 repetitions, which has its own id."""
    released = (ROOT / "protocols" / "nb201-digits.toml").read_text(encoding="utf-8")
    small = released.replace('name = "nb201-digits"', 'name = "small"', 1)
    small = small.replace("evaluations = 200", "evaluations = 42")
    small = small.replace("repetitions = 20", "repetitions = 3")
    assert "evaluations = 42" in small
    assert "repetitions = 3" in small
    path = tmp_path_factory.mktemp("protocol") / "small.toml"
    path.write_text(small, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def small_protocol(small_protocol_file) -> SearchProtocol:
    return load_search_protocol(str(small_protocol_file))


@pytest.fixture(scope="session")
def small_task(small_protocol):
    return small_protocol.task()
