"""The directive `schema`: the fields of a pydantic model as a table, made when the docs are built.

    ```{schema} bench.protocol.search.Budget
    ```

A field without a description is an error of the build, and so is a field whose type is a model that
has no table on the same page.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst.directives import unchanged
from schema_tables import FieldRow, ModelName, model_rows
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import SphinxDirective

_HEADER = ("Key", "Type", "Default", "Description")


class SchemaDirective(SphinxDirective):
    """The first line of a model's docstring, and a table of its fields."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"class": unchanged}

    def run(self) -> list[nodes.Node]:
        """Return a link target, the summary and the table."""
        module, _, name = self.arguments[0].rpartition(".")
        model = getattr(import_module(module), name)
        self.env.note_dependency(import_module(module).__file__ or "")
        try:
            rows = model_rows(model)
        except ValueError as error:
            raise SphinxError(str(error)) from None
        if not model.__doc__:
            raise SphinxError(f"{self.arguments[0]} has no docstring")
        summary = nodes.paragraph("", "", nodes.strong("", name), nodes.Text(": "))
        summary += self._inline(model.__doc__.partition("\n\n")[0].strip())
        target = nodes.target("", "", ids=[_anchor(name)])
        self.state.document.note_explicit_target(target)
        return [target, summary, self._table(rows)]

    def _table(self, rows: list[FieldRow]) -> nodes.table:
        group = nodes.tgroup(cols=len(_HEADER))
        group += [nodes.colspec(colwidth=1) for _ in _HEADER]
        head = nodes.row("", *(_entry([nodes.Text(title)]) for title in _HEADER))
        group += nodes.thead("", head)
        group += nodes.tbody("", *map(self._row, rows))
        return nodes.table("", group, classes=["schema"])

    def _row(self, row: FieldRow) -> nodes.row:
        kind = nodes.entry("", nodes.paragraph("", "", *self._type(row)))
        if row.constraints:
            text = self._inline(", ".join(row.constraints))
            kind += nodes.paragraph("", "", *text, classes=["constraint"])
        return nodes.row(
            "",
            _entry([nodes.literal(row.name, row.name)]),
            kind,
            _entry(self._inline(row.default), *(["required"] if row.default == "required" else [])),
            _entry(self._inline(row.description)),
        )

    def _type(self, row: FieldRow) -> list[nodes.Node]:
        words: list[nodes.Node] = []
        for word in row.type:
            if isinstance(word, ModelName):
                link = nodes.reference("", word, internal=True, refid=_anchor(word))
                link["schema_model"] = str(word)
                words.append(link)
            else:
                words += self._inline(word) if "`" in word else [nodes.Text(word)]
        return words

    def _inline(self, text: str) -> list[nodes.Node]:
        parsed, messages = self.parse_inline(text)
        return [*parsed, *messages]


def _entry(content: list[nodes.Node], *classes: str) -> nodes.entry:
    return nodes.entry("", nodes.paragraph("", "", *content), classes=list(classes))


def _anchor(name: str) -> str:
    return f"schema-{name.lower()}"


def _check_links(_app: Sphinx, document: nodes.document) -> None:
    for link in document.findall(nodes.reference):
        if "schema_model" in link and link["refid"] not in document.ids:
            raise SphinxError(
                f"{document['source']}: a field has the type {link['schema_model']}, which has no "
                f"table on this page; add a schema directive for it"
            )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("schema", SchemaDirective)
    app.connect("doctree-read", _check_links)
    return {"parallel_read_safe": True}
