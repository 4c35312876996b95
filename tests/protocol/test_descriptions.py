"""Every field of a protocol file is described, since the documentation is made from it."""

from __future__ import annotations

import pytest

from bench.entrants.entry import SearchEntry
from bench.protocol.normalisation import DraftNormalisation
from bench.protocol.ranking import RankingRules
from bench.protocol.search import Draft, SearchRules


@pytest.mark.parametrize(
    "model", [Draft, DraftNormalisation, RankingRules, SearchEntry, SearchRules]
)
def test_every_field_is_described(model):
    schema = model.model_json_schema()
    models = {model.__name__: schema, **schema.get("$defs", {})}
    for name, each in models.items():
        assert each["description"].endswith("."), name
        for field, properties in each["properties"].items():
            assert properties.get("description", "").endswith("."), f"{name}.{field}"
