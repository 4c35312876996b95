"""Specifications of tasks: every field is described, since the documentation is made from them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bench.entrants.entry import RankingEntry
from bench.tasks import FunctionTaskSpec, SurrogateTaskSpec, TableTaskSpec
from bench.tasks.ranking.spec import RankingTaskSpec

SPECS = [FunctionTaskSpec, RankingEntry, RankingTaskSpec, SurrogateTaskSpec, TableTaskSpec]


@pytest.mark.parametrize("spec", SPECS)
def test_every_field_is_described(spec):
    schema = spec.model_json_schema()
    models = {spec.__name__: schema, **schema.get("$defs", {})}
    for name, model in models.items():
        assert model["description"].endswith("."), name
        for field, properties in model["properties"].items():
            assert properties.get("description", "").endswith("."), f"{name}.{field}"


@pytest.mark.parametrize("spec", SPECS)
def test_unknown_fields_are_refused(spec):
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        spec.model_validate({"colour": "red"})
