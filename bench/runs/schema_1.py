"""Lines of journals of the first schema, of searches and rankings, in the second schema.

Keys are renamed and none is dropped, so that unknown keys are still found.
"""

from __future__ import annotations

from typing import Any

__all__ = ["as_schema_2"]

# Keys of a header that belong to the subject, of a method or an estimator; some have new names.
_SUBJECT = (
    "method label method_version estimator_version variant_of settings source_sha256 repetition "
    "source column sign epochs device"
)
_RENAMED = {
    "method": "name",
    "label": "name",
    "method_version": "version",
    "estimator_version": "version",
}
_BATCH = {"objectives": "values", "scores": "values", "seconds": "cost_seconds"}
_END = {"architectures": "evaluations"}


def as_schema_2(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line of a journal, without its seal, with the keys of the second schema."""
    kind = line.get("kind")
    if kind == "header":
        return _header(line)
    if kind == "scores":
        line = line | {"kind": "batch"}
    names = _END if kind == "end" else _BATCH
    return {names.get(key, key): value for key, value in line.items()}


def _header(line: dict[str, Any]) -> dict[str, Any]:
    keys = _SUBJECT.split()
    header = {key: value for key, value in line.items() if key not in keys}
    subject = {_RENAMED.get(key, key): line[key] for key in keys if key in line}
    if "label" in line:
        spec = header.pop("estimator", None)
        return header | {"subject": {"kind": "estimator", **subject}, "spec": spec}
    spec = line.get("variant_of") or line.get("method")
    return header | {"subject": {"kind": "method", **subject}, "spec": spec}
