"""Mutated protocol files and tables: refused with a place, or with a result that is provable.

`pytest tests/test_mutations.py --mutations 10000` tries as many instead of some hundreds.
"""

from __future__ import annotations

import json
import random
import re
import tomllib
from copy import deepcopy
from pathlib import Path
from zipfile import ZipFile

import numpy as np
from playing import reseal

from bench.data import catalogue_entry, load_table
from bench.errors import MonasError
from bench.protocol import load_protocol, released_protocols
from bench.runs.journal_file import read_journal

FOLDER = Path(__file__).resolve().parents[1] / "protocols"
JOURNALS = Path(__file__).resolve().parent / "fixtures" / "schema-1" / "journals.zip"
ODD = (
    "inf", "-inf", "nan", "0", "-1", "1e308", "18446744073709551616", "9" * 5000, '""', "[]", "{}",
    "true", "2026-01-01", '"../../outside"', '"\\u0000"', '"arch_str"', "[[]]", "[1, [2]]",
    "[" * 3000 + "]" * 3000, "'''", "=", "\ufeff", "\x00", "🦊", "a.b.c = 1", "[[roster]]",
)  # fmt: skip


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Return bytes with one change: of a value, a line, or bytes."""
    lines = content.decode().splitlines(keepends=True)
    at = rng.randrange(len(lines))
    kind = rng.randrange(7)
    if kind < 3:  # another value
        key, equals, _ = lines[at].partition("=")
        lines[at] = f"{key}{equals or '='} {rng.choice(ODD)}\n"
    elif kind == 3:  # another number, or part of a list
        odd = rng.choice(ODD)
        lines[at] = re.sub(r"-?[0-9][0-9.]*", lambda _: odd, lines[at], count=1)
    elif kind == 4:
        del lines[at]
    elif kind == 5:
        lines.insert(at, rng.choice(lines))
    else:
        raw = bytearray(content)
        for _ in range(rng.randrange(1, 4)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        return bytes(raw)
    return "".join(lines).encode("utf-8", "surrogatepass")


def outcome(read):
    """Return what a function returns and no message, or nothing and the message of its error."""
    try:
        return read(), ""
    except MonasError as error:
        return None, str(error)


def has_place(message: str, path: Path) -> bool:
    """Whether a message names the file, and after it a line or a key."""
    rest = message.removeprefix(str(path))
    return rest != message and bool(re.search(r"line [0-9]+|[a-z_]+|'", rest))


def test_mutated_protocols_are_refused_with_a_place_or_the_same(mutations, tmp_path):
    rng = random.Random(20)
    names = [name for name in released_protocols() if "digits" in name or "branin" in name]
    texts = {name: (FOLDER / f"{name}.toml").read_bytes() for name in names}
    path, refused = tmp_path / "mutant.toml", 0
    for number in range(mutations):
        name = rng.choice(names)
        path.write_bytes(mutated(texts[name], rng))
        protocol, refusal = outcome(lambda: load_protocol(str(path)))
        if protocol is None:
            assert has_place(refusal, path), f"mutation {number}: {refusal}"
            refused += 1
            continue
        assert protocol.home(tmp_path).is_relative_to(tmp_path)
        # The id says what the file says: it is equal if and only if the content is.
        found = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
        original = tomllib.loads(texts[name].decode())
        for content in (found, original):
            content.pop("roster", None)
            content.pop("rosters", None)
        assert (protocol.id == load_protocol(name).id) == (found == original), number
        assert json.loads(json.dumps(found, allow_nan=False)) == found, number
    assert mutations / 3 < refused < mutations
    assert list(tmp_path.iterdir()) == [path]


def test_mutated_tasks_are_refused_with_a_place_or_have_the_frozen_front(mutations, tmp_path):
    rng = random.Random(21)
    text = (FOLDER / "nb201-digits.toml").read_text(encoding="utf-8")
    begin, end = text.index("[task]"), text.index("[[roster]]")
    path, tried, accepted = tmp_path / "mutant.toml", 0, 0
    columns = sorted(load_table("nb201-digits").columns)
    while tried < max(10, mutations // 20):  # each computes a front
        part = mutated(text[begin:end].encode(), rng)
        if rng.random() < 0.5:  # another column, as it is or in place of a number
            part = re.sub(
                rb'"(validation|test|train|flops|index)[a-z_0-9]*"',
                lambda _: f'"{rng.choice(columns)}"'.encode(),
                text[begin:end].encode(),
                count=rng.randrange(1, 4),
            )
        path.write_bytes(text[:begin].encode() + part + text[end:].encode())
        protocol, _ = outcome(lambda: load_protocol(str(path)))
        if protocol is None:
            continue
        tried += 1
        task, refusal = outcome(protocol.task)
        if task is None:
            assert has_place(refusal, path), refusal
            continue
        accepted += 1
        front = protocol.normalise(task.front("score"))
        assert np.isfinite(front).all()
        assert len(front) == protocol.rules.normalisation.front_size
    assert accepted < tried


def test_mutated_tables_are_refused_with_the_file(mutations, tmp_path, monkeypatch):
    rng = random.Random(22)
    entry = catalogue_entry("nb201-digits")
    content = entry.path.read_bytes()
    path = tmp_path / entry.path.name
    mutant = entry.model_copy(update={"sha256": None})  # the content alone, read by the libraries
    monkeypatch.setattr(type(entry), "path", property(lambda _: path))
    monkeypatch.setattr("bench.data.table.catalogue_entry", lambda _: mutant)
    for _ in range(max(10, mutations // 20)):
        raw = bytearray(content)
        if rng.random() < 0.3:
            raw = raw[: rng.randrange(len(raw))]
        for _ in range(rng.randrange(1, 20)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        path.write_bytes(raw)
        table, refusal = outcome(lambda: load_table("nb201-digits"))
        if table is None:
            assert str(path) in refusal
        else:  # bytes that carry no value
            assert table.content_sha256 == entry.content_sha256


def test_mutated_journals_are_refused_with_file_and_line(mutations, tmp_path):
    rng = random.Random(23)
    with ZipFile(JOURNALS) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".jsonl"))
        read = [archive.read(name).splitlines() for name in rng.sample(names, 20)]
    recorded = [[json.loads(line) for line in lines[:3] + lines[-1:]] for lines in read]
    path, refused = tmp_path / "000.jsonl", 0
    for number in range(mutations):
        lines = deepcopy(rng.choice(recorded))
        _change(rng.choice(lines), rng)
        reseal(path, lines)
        batches, refusal = outcome(lambda: read_journal(path).batches)
        if batches is None:
            assert re.match(rf"{re.escape(str(path))} line [1-4]", refusal), (number, refusal)
            refused += 1
        else:
            assert all(np.asarray(batch.values, dtype=float).ndim <= 2 for batch in batches)
    assert mutations / 3 < refused < mutations


def _change(line: dict, rng: random.Random) -> None:
    """Give one key of a line, or of a value within it, a value that makes no sense."""
    values = (None, [], {}, [[]], [1, [2]], "", "\ud800", 2**70, np.nan, np.inf, -1, True)
    key = rng.choice([each for each in line if each != "seal"])
    inner = line[key]
    if isinstance(inner, list) and inner and rng.random() < 0.7:
        inner[rng.randrange(len(inner))] = rng.choice(values)
    elif isinstance(inner, dict) and inner and rng.random() < 0.7:
        inner[rng.choice(list(inner))] = rng.choice(values)
    elif rng.random() < 0.2:
        del line[key]
    else:
        deep: object = 1
        for _ in range(rng.choice((0, 60, 400))):
            deep = [deep]
        line[key] = rng.choice((*values, deep))
