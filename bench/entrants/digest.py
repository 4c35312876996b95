"""The digest of an entrant's code: the syntax trees of its file and of what it imports from beside.

Comments, layout and docstrings do not count, nor do the names of files and folders: an edit of a
neighbour changes the digest, moving a folder does not. Libraries and the suite's engine are not
part of it; their versions are in the journal's header.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock

__all__ = ["FROM_FILE", "source_sha256"]

FROM_FILE = "monas_from_file_"  # module names of classes that were named by the path of a file

_SUITE = ("bench", "methods", "reports")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_PARSING = Lock()  # ast.parse fails at times in several threads at once


def source_sha256(entrant: type) -> str:
    """Return the digest of a class's file and of the files that it imports from its own package.

    Own package means the same top-level one, below which relatives share code; for a class that
    was named by the path of a file, the files beside that one.

    Returns
    -------
    str
        64 hex digits; the same for every Python version that parses the code.
    """
    module = entrant.__module__
    own, start = module.partition(".")[0], _installed(module)
    beside = start.parent if own.startswith(FROM_FILE) else None

    def find(name: str) -> Path | None:
        if beside is not None:
            return _below(beside, name)
        return _installed(name) if _top(name) == own else None

    trees: dict[Path, str] = {}
    waiting: list[tuple[str, Path | None]] = [(module, start)]
    while waiting:
        name, path = waiting.pop()
        if path is None or path.suffix != ".py" or path in trees:
            continue
        trees[path], imports = _source(path, own)
        home = name if path.name == "__init__.py" else name.rpartition(".")[0]
        waiting += [(each, find(each)) for node in imports for each in _imported(node, home)]
    return sha256("\n".join([entrant.__qualname__, *sorted(trees.values())]).encode()).hexdigest()


def _imported(node: ast.stmt, home: str) -> list[str]:
    """Return the full names of what a statement in a module of `home` may import."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    dotted = "." * node.level + (node.module or "")
    try:
        source = importlib.util.resolve_name(dotted, home) if home or not node.level else dotted
    except ImportError:  # beyond its package: it would fail if it were ever reached
        return []
    source = source.strip(".")
    return [source, *(f"{source}.{alias.name}".strip(".") for alias in node.names)]


def _top(name: str) -> str:
    return name.partition(".")[0]


def _installed(module: str) -> Path:
    """Return the file of a module, imported already or not; an empty path if there is none."""
    loaded = sys.modules.get(module)
    if loaded is not None:
        return Path(getattr(loaded, "__file__", None) or "")
    try:
        spec = importlib.util.find_spec(module)
    except ImportError:  # a name within a module, not a module
        return Path()
    return Path((spec.origin if spec else None) or "")


def _below(folder: Path, module: str) -> Path | None:
    """Return the file of a module below a folder, if there is one."""
    path = folder / module.replace(".", "/")
    for file in (path.with_name(f"{path.name}.py"), path / "__init__.py"):
        if file.is_file():
            return file
    return None


def _source(path: Path, own: str) -> tuple[str, list[ast.stmt]]:
    """Return the digest of a file's tree and its imports; a file that changed is read again."""
    status = path.stat()
    return _parse(path, own, (status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=512)
def _parse(path: Path, own: str, _state: tuple[int, int]) -> tuple[str, list[ast.stmt]]:
    with _PARSING:
        tree = ast.parse(path.read_bytes())
    imports: list[ast.stmt] = [
        node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return sha256(_text(tree, (*_SUITE, own)).encode()).hexdigest(), imports


def _text(node: object, own: tuple[str, ...]) -> str:
    """Return a tree as text: fields without a value, and the homes of own imports, left away.

    Versions of Python differ in which empty fields they add, not in the others.
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
