"""Settings of Sphinx. `tox -e docs` builds the pages into out/docs; no network is needed."""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "_ext"))

from sphinx.domains.python import PyObject

from bench import __version__

project = "MONAS Bench"
author = "The MONAS Bench maintainers"
project_copyright = author
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "contracts",
    "schemas",
]
exclude_patterns = ["_ext"]

myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3

# Docstrings are NumPy's style, with code in single backticks.
default_role = "code"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings say types, shapes and units
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80

# A shape such as [n, variables] is looked up like the name of a type; several classes have one.
suppress_warnings = ["ref.python"]

# What a class has is an attribute, as in the docstrings; Sphinx calls it a variable.
for _field in PyObject.doc_field_types:
    if _field.name == "variable":
        _field.label = "Attributes"

html_theme = "furo"
html_title = f"MONAS Bench {__version__}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False


def _without_private(_app, _what, _name, _object, _options, signature, returns):
    """Leave private parameters out of a signature, such as those of the dataclass `Problem`."""
    return re.sub(r", _\w+(=[^,)]*)?", "", signature or "") or None, returns


def setup(app):
    """Connect the events."""
    app.connect("autodoc-process-signature", _without_private)
