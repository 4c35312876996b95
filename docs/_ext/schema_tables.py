"""Rows of the tables of fields: pydantic models, described by their JSON schemas. No Sphinx."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import isclass
from typing import Any, get_args

from pydantic import BaseModel

__all__ = ["FieldRow", "ModelName", "model_rows", "nested_models"]

_PLURALS = {"string": "strings", "number": "numbers", "integer": "integers", "boolean": "booleans"}
_CONSTRAINTS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "minItems": "at least {}",
    "minProperties": "at least {}",
    "pattern": "matches `{}`",
}


class ModelName(str):
    """The name of a model within the words of a type: it becomes a link."""

    __slots__ = ()


@dataclass(frozen=True)
class FieldRow:
    """One field of a model.

    Attributes
    ----------
    name : str
        The key in the file.
    type : tuple of str
        Words that make up the type; a `ModelName` is the name of another model.
    constraints : tuple of str
        Conditions on the value, as Markdown.
    default : str
        Markdown: the value of an absent key, or "required".
    description : str
        Markdown.
    """

    name: str
    type: tuple[str, ...]
    constraints: tuple[str, ...]
    default: str
    description: str


def model_rows(model: type[BaseModel]) -> list[FieldRow]:
    """Return a row for each field of a model, in the order of the model.

    Raises
    ------
    ValueError
        If a field has no description.
    """
    schema = model.model_json_schema()
    required = schema.get("required", ())
    rows = []
    for name, field in model.model_fields.items():
        if not field.description:
            raise ValueError(
                f"{model.__module__}.{model.__qualname__}.{name} has no description: expected "
                f"Field(description=...)"
            )
        key = field.alias or name
        value = schema["properties"][key]
        rows.append(
            FieldRow(
                name=key,
                type=_type(_without_null(value)),
                constraints=tuple(_constraints(value)),
                default="required" if key in required else _default(value.get("default")),
                description=field.description,
            )
        )
    return rows


def nested_models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Give a model, or the models of an annotation, with all models of their fields."""
    if isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from nested_models(field.annotation)
    else:
        for argument in get_args(annotation):
            yield from nested_models(argument)


def _without_null(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of a value that is given: null is then only the default."""
    if value.get("default", 0) is not None:
        return value
    options = [each for each in value.get("anyOf", ()) if each != {"type": "null"}]
    return {"anyOf": options} if options else value


def _type(value: Mapping[str, Any], *, plural: bool = False) -> tuple[str, ...]:
    """Return the words of a type; `plural` is that of the words after "array of"."""
    if "$ref" in value:
        return (ModelName(value["$ref"].rpartition("/")[2]),)
    choices = value.get("enum") or ([value["const"]] if "const" in value else [])
    if choices:
        return (" or ".join(f"`{json.dumps(each)}`" for each in choices),)
    options = value.get("anyOf") or value.get("oneOf")
    if options:
        return _any_of(options, plural=plural)
    kind = str(value.get("type", "any value"))
    if kind == "array":
        return ("arrays of " if plural else "array of ", *_items(value))
    if kind == "object":
        content = value.get("additionalProperties")  # absent, True or {} if any value will do
        known = isinstance(content, Mapping) and bool(content)
        return ("mapping of names to ", *(_type(content, plural=True) if known else ["values"]))
    return (_PLURALS.get(kind, kind) if plural else kind,)


def _any_of(options: Sequence[Mapping[str, Any]], *, plural: bool) -> tuple[str, ...]:
    if {"type": "number"} in options:  # which includes integers
        options = [each for each in options if each != {"type": "integer"}]
    words: list[str] = []
    for each in options:
        words += [*([" or "] if words else []), *_type(each, plural=plural)]
    return tuple(words)


def _items(value: Mapping[str, Any]) -> tuple[str, ...]:
    fixed = value.get("prefixItems")
    if fixed:
        return (f"{len(fixed)} ", *_type(fixed[0], plural=len(fixed) > 1))
    return _type(value["items"], plural=True)


def _constraints(value: Mapping[str, Any]) -> Iterator[str]:
    for key, text in _CONSTRAINTS.items():
        if key in value and "prefixItems" not in value:
            limit = value[key]
            yield text.format(f"{limit:g}" if isinstance(limit, float) else limit)
    for option in value.get("anyOf", ()):
        yield from _constraints(option)


def _default(value: Any) -> str:
    if value is None:
        return "none"
    return f"`{json.dumps(value)}`" if value not in ([], {}) else "empty"
