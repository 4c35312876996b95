"""The tables of fields in the docs: every field of every schema has a row, and a sentence."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from bench.data.catalogue import CatalogueEntry, OriginalSource
from bench.protocol.ranking import RankingRules
from bench.protocol.search import SearchRules
from bench.runs.lines import Batch, End, Header
from bench.schema import StrictModel

DOCS = Path(__file__).resolve().parents[2] / "docs"


def schema_tables():
    """Import the module that makes the tables of fields; it is beside the pages."""
    spec = importlib.util.spec_from_file_location("schema_tables", DOCS / "_ext/schema_tables.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TABLES = schema_tables()
FILES = (SearchRules, RankingRules, Header, Batch, End, CatalogueEntry, OriginalSource)
MODELS = {model.__name__: model for file in FILES for model in TABLES.nested_models(file)}


@pytest.mark.parametrize("name", MODELS)
def test_every_field_of_a_schema_has_a_description_and_a_table(name):
    rows = TABLES.model_rows(MODELS[name])
    assert [row.name for row in rows] == [
        field.alias or key for key, field in MODELS[name].model_fields.items()
    ]
    assert all(row.description.endswith(".") for row in rows)
    path = f"{MODELS[name].__module__}.{name}"
    assert f"```{{schema}} {path}\n" in (DOCS / "schemas.md").read_text(encoding="utf-8")


def test_a_field_without_a_description_is_an_error():
    class Model(StrictModel):
        size: int

    with pytest.raises(ValueError, match=r"Model\.size has no description: expected Field\(desc"):
        TABLES.model_rows(Model)


def test_types_constraints_and_defaults_are_told():
    class Part(StrictModel):
        """A part."""

    class Model(StrictModel):
        pair: tuple[Part, ...] = Field(min_length=1, description="Parts.")
        share: float | None = Field(default=None, gt=0, le=1, description="A share.")
        kind: Literal["a", "b"] = Field(default="a", description="A kind.")
        rows: dict[str, tuple[int | float, ...]] = Field(default={}, description="Rows.")

    told = {
        row.name: (*row.type, *row.constraints, row.default) for row in TABLES.model_rows(Model)
    }
    assert told == {
        "pair": ("array of ", "Part", "at least 1", "required"),
        "share": ("number", "> 0", "≤ 1", "none"),
        "kind": ('`"a"` or `"b"`', '`"a"`'),
        "rows": ("mapping of names to ", "arrays of ", "numbers", "empty"),
    }
