"""Toy methods of these tests."""

from __future__ import annotations

import pytest
from method_bodies import RANDOM_BODY


@pytest.fixture
def toy(method_file):
    """Write random search into a file; return its `file.py:Class`."""
    return method_file(RANDOM_BODY)
