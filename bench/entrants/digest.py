"""The digest of an entrant's code: the syntax trees of its file and of what it imports.

Files that share a package with the entrant count, or the files beside a class that is named by its
path. Comments, layout and docstrings do not count, nor do the names of files and folders: an edit
of an imported file changes the digest, moving a folder does not. Libraries and the suite's engine
are not part of it; their versions are in the header of the journal.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Callable
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from threading import Lock

__all__ = ["FROM_FILE", "source_sha256"]

FROM_FILE = "monas_from_file_"  # modules of classes that are named by the path of a file

_SUITE = ("bench", "methods", "reports")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_PARSING = Lock()  # ast.parse can fail when several threads call it at once


def source_sha256(entrant: type) -> str:
    """Return the digest of a class's file, and of the files of its package that it imports.

    The package is the top-level one. For a class that is named by the path of a file, the files
    beside it take the place of the package.

    Returns
    -------
    str
        64 hex digits; the same for every Python version that parses the code.
    """
    module = entrant.__module__
    own, start = _top(module), _loaded_file(module)
    find: Callable[[str], Path | None] = partial(_file_in_package, own)
    if own.startswith(FROM_FILE):
        find = partial(_file_below, start.parent)
    digests: dict[Path, str] = {}
    waiting: list[tuple[str, Path | None]] = [(module, start)]
    while waiting:
        name, path = waiting.pop()
        if path is None or path.suffix != ".py" or path in digests:
            continue
        status = path.stat()
        digests[path], imports = _parse(path, own, (status.st_mtime_ns, status.st_size))
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        waiting += [(each, find(each)) for node in imports for each in _imported(node, package)]
    parts = [entrant.__qualname__, *sorted(digests.values())]
    return sha256("\n".join(parts).encode()).hexdigest()


def _imported(node: ast.Import | ast.ImportFrom, package: str) -> list[str]:
    """Return the full names of what a statement in a module of `package` may import."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    dotted = "." * node.level + (node.module or "")
    try:
        source = importlib.util.resolve_name(dotted, package) if node.level and package else dotted
    except ImportError:  # beyond its package: the statement would fail
        return []
    source = source.strip(".")
    return [source, *(f"{source}.{alias.name}".strip(".") for alias in node.names)]


def _top(name: str) -> str:
    return name.partition(".")[0]


def _loaded_file(module: str) -> Path:
    """Return the file of an imported module; an empty path if it has none."""
    return Path(getattr(sys.modules.get(module), "__file__", None) or "")


def _file_in_package(package: str, module: str) -> Path | None:
    """Return the file of a module of a top-level package, imported or not, if there is one."""
    if _top(module) != package:
        return None
    if module in sys.modules:
        return _loaded_file(module)
    try:
        spec = importlib.util.find_spec(module)
    except ImportError:  # a name within a module, not a module
        return None
    return Path(spec.origin) if spec and spec.origin else None


def _file_below(folder: Path, module: str) -> Path | None:
    """Return the file of a module below a folder, if there is one."""
    path = folder / module.replace(".", "/")
    files = (path.with_name(f"{path.name}.py"), path / "__init__.py")
    return next(filter(Path.is_file, files), None)


@lru_cache(maxsize=512)
def _parse(
    path: Path, own: str, _state: tuple[int, int]
) -> tuple[str, list[ast.Import | ast.ImportFrom]]:
    """Return the digest of a file's tree, and its imports; a file that changed is read again."""
    with _PARSING:
        tree = ast.parse(path.read_bytes())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return sha256(_text(tree, (*_SUITE, own)).encode()).hexdigest(), imports


def _text(node: object, own: tuple[str, ...]) -> str:
    """Return a tree as text, without empty fields and without the packages of own imports.

    Versions of Python differ only in which empty fields they add.
    """
    if isinstance(node, list):
        return f"[{','.join(_text(each, own) for each in node)}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = dict(ast.iter_fields(node))
    if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = fields["body"][1:]
    if isinstance(node, ast.ImportFrom) and (node.level or _top(node.module or "") in own):
        fields["module"], fields["level"] = "", 0
    if isinstance(node, ast.alias) and _top(node.name) in own:
        fields["name"] = node.name.rpartition(".")[2]
    said = [f"{k}={_text(v, own)}" for k, v in fields.items() if v is not None and v != []]
    return f"{type(node).__name__}({','.join(said)})"
