"""The directive `import-contracts`: what may import what, read from `pyproject.toml`.

The same contracts are checked by `lint-imports`, so the page cannot differ from the code.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


class ContractsDirective(SphinxDirective):
    """The layers, from top to bottom, and the other contracts with their exceptions."""

    def run(self) -> list[nodes.Node]:
        """Return a list of the layers and a definition list of the other contracts."""
        self.env.note_dependency(str(PROJECT))
        content = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
        layers, *others = content["tool"]["importlinter"]["contracts"]
        listed = nodes.enumerated_list("", enumtype="arabic", classes=["layers"])
        for layer in layers["layers"]:
            names = _names([name.strip() for name in layer.split("|")])
            listed += nodes.list_item("", nodes.paragraph("", "", *names))
        return [listed, nodes.definition_list("", *map(_contract, others))]


def _contract(contract: dict[str, Any]) -> nodes.definition_list_item:
    forbidden = [
        *_names(contract["source_modules"]),
        nodes.Text(" must not import "),
        *_names(contract["forbidden_modules"]),
        nodes.Text("."),
    ]
    text = [nodes.paragraph("", "", *forbidden)]
    if contract.get("ignore_imports"):
        allowed = [nodes.Text("Except: "), *_names(contract["ignore_imports"]), nodes.Text(".")]
        text.append(nodes.paragraph("", "", *allowed))
    return nodes.definition_list_item(
        "", nodes.term("", contract["name"]), nodes.definition("", *text)
    )


def _names(names: list[str]) -> list[nodes.Node]:
    words: list[nodes.Node] = []
    for name in names:
        words += [*([nodes.Text(", ")] if words else []), nodes.literal(name, name)]
    return words


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("import-contracts", ContractsDirective)
    return {"parallel_read_safe": True}
