"""`monas table build`: rows of both embedded tables are trained, and checked."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch")


TABLES = ["nb201-digits", "nb201-digits-estimates"]


@pytest.mark.parametrize("name", TABLES)
def test_rows_go_to_the_work_folder(monas, tmp_path, name):
    words = ("table", "build", name, "--workers", 1, "--work", tmp_path, "--out", tmp_path / "out")
    status, out, _ = monas(*words, "--rows", "700:701")
    assert status == 0
    assert f"1 rows trained in {tmp_path / name}.jsonl; 6465 of 6466 still missing" in out
    lines = (tmp_path / f"{name}.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line).get("row") for line in lines] == [None, 700]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "quantity", "unit"),
    [(TABLES[0], "test accuracy", "points"), (TABLES[1], "training loss", "nats")],
)
def test_rows_are_checked(monas, name, quantity, unit):
    status, out, _ = monas("table", "build", name, "--rows", "700:702", "--check")
    assert status == 0
    assert out.startswith("2 rows trained again: ")
    assert f"largest difference of mean {quantity} " in out
    assert out.endswith(f" {unit}\n")
