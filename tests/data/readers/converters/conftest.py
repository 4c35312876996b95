"""The fixture `originals`, with which tests write small source files."""

from __future__ import annotations

import pytest
from small_originals import Originals


@pytest.fixture
def originals(tmp_path):
    """Return a writer of source files; a converter is called with its `files`."""
    return Originals(tmp_path)
