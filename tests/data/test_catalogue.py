"""The catalogue: lookups by name, its models, and faults in its files."""

from __future__ import annotations

from importlib import import_module

import pytest
from pydantic import ValidationError

from bench.data.catalogue import (
    CatalogueEntry,
    OriginalSource,
    SourceFile,
    catalogue,
    catalogue_entry,
    data_folder,
    original_source,
    source_file,
    source_folder,
)
from bench.errors import CallError, DataError


def test_an_unknown_table_lists_the_known_ones():
    with pytest.raises(CallError, match="'nb2': expected one of nb201-digits"):
        catalogue_entry("nb2")


def test_an_unknown_source_or_file_is_a_fault_of_the_catalogue():
    with pytest.raises(
        DataError, match=r"catalogue: no source 'nowhere', expected .*nowhere\.toml"
    ):
        original_source("nowhere")
    with pytest.raises(DataError, match="catalogue: source 'nas-bench-macro' has no file 'absent'"):
        source_file("nas-bench-macro/absent")


def test_a_faulty_entry_names_its_file_and_key(monkeypatch, tmp_path):
    module = import_module("bench.data.catalogue")  # `bench.data.catalogue` is also a function
    monkeypatch.setattr(module, "_folder", lambda _: tmp_path)
    path = tmp_path / "small.toml"
    path.write_text('name = "small"\ntitle = 3\nlicence = "MIT"\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"small\.toml: title: .*valid string, got 3"):
        catalogue_entry("small")
    path.write_text("name = ", encoding="utf-8")
    with pytest.raises(DataError, match=r"small\.toml is not TOML"):
        catalogue()


@pytest.mark.parametrize("model", [CatalogueEntry, OriginalSource, SourceFile])
def test_every_field_has_a_description(model):
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_entries_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        catalogue_entry("nb201-digits").rows = 1


def test_the_data_folder_is_that_of_the_environment_or_of_the_user(monkeypatch, tmp_path):
    monkeypatch.setenv("MONAS_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    assert source_folder() == tmp_path / "sources"
    monkeypatch.delenv("MONAS_DATA")
    assert data_folder().name == "monas-bench"
