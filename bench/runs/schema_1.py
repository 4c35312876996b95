"""Journals of the first schema, of searches and of rankings, as the second schema has them.

Keys are renamed and nothing is dropped, so that a key which never belonged there is still found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["as_schema_2"]

_OF_METHOD = {
    "method": "name",
    "variant_of": "variant_of",
    "method_version": "version",
    "settings": "settings",
    "source_sha256": "source_sha256",
    "repetition": "repetition",
}
_OF_ESTIMATOR = {
    "label": "name",
    "source": "source",
    "column": "column",
    "sign": "sign",
    "estimator_version": "version",
    "settings": "settings",
    "epochs": "epochs",
    "source_sha256": "source_sha256",
    "device": "device",
}
_OF_LINES = {"objectives": "values", "scores": "values", "seconds": "cost_seconds"}


def as_schema_2(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines of a journal, without their seals, with the keys of the second schema."""
    header, *rest = lines
    return [_header(header), *(_line(line) for line in rest)]


def _header(line: dict[str, Any]) -> dict[str, Any]:
    ranking = "label" in line
    keys = _OF_ESTIMATOR if ranking else _OF_METHOD
    header = {key: value for key, value in line.items() if key not in keys}
    subject = {new: line[old] for old, new in keys.items() if old in line}
    header["subject"] = {"kind": "estimator" if ranking else "method", **subject}
    if ranking:
        header["spec"] = header.pop("estimator", None)
    else:
        header["spec"] = line.get("variant_of") or line.get("method")
    return header


def _line(line: dict[str, Any]) -> dict[str, Any]:
    renamed = {_OF_LINES.get(key, key): value for key, value in line.items()}
    if renamed.get("kind") == "scores":
        renamed["kind"] = "batch"
    if renamed.get("kind") == "end" and "architectures" in renamed:
        renamed["evaluations"] = renamed.pop("architectures")
    return renamed
