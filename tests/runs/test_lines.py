"""Lines of journals: every field is described, and null optional keys are not written."""

from __future__ import annotations

import pytest

from bench.runs.lines import Batch, End, Header


@pytest.mark.parametrize("line", [Batch, End, Header])
def test_every_field_is_described(line):
    schema = line.model_json_schema()
    models = {line.__name__: schema, **schema.get("$defs", {})}
    for name, each in models.items():
        assert each["description"].endswith("."), name
        for field, properties in each["properties"].items():
            assert properties.get("description", "").endswith("."), f"{name}.{field}"


def test_only_optional_keys_are_omitted():
    batch = Batch(number=0, architectures=[[1, 2]], values=[[0.5, None]], cost_seconds=[1.0])
    assert batch.content() == {
        "kind": "batch",
        "number": 0,
        "architectures": [[1, 2]],
        "values": [[0.5, None]],
        "cost_seconds": [1.0],
        "cheap_queries": 0,
        "estimate_seconds": 0.0,
        "ask_seconds": 0.0,
        "tell_seconds": 0.0,
    }
    assert End(status="done", evaluations=3).content() == {
        "kind": "end",
        "status": "done",
        "evaluations": 3,
    }
