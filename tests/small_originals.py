"""Small files in the formats of the originals, for tests of converters without the originals."""

from __future__ import annotations

import csv
import io
import pickle
import zipfile
from pathlib import Path
from typing import ClassVar

import numpy as np

from bench.spaces import NASBench201

# Four cells of NAS-Bench-201, as the suite's operation codes and in NASLib's form.
CELLS = ("421211", "000000", "333333", "013402")
NASLIB = ("(4, 3, 3, 0, 0, 0)", "(1, 1, 1, 1, 1, 1)", "(2, 2, 2, 2, 2, 2)", "(1, 0, 4, 2, 1, 3)")


class Originals:
    """A writer of source files in their formats; `files` has them by `<source key>/<name>`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, Path] = {}

    def path(self, reference: str) -> Path:
        path = self.folder / reference
        path.parent.mkdir(parents=True, exist_ok=True)
        self.files[reference] = path
        return path

    def pickle(self, reference, value):
        self.path(reference).write_bytes(pickle.dumps(value, protocol=3))

    def torch_zip(self, reference, value):
        with zipfile.ZipFile(self.path(reference), "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps(value, protocol=2))
            archive.writestr("archive/version", "3\n")

    def csv(self, reference, header, rows):
        with self.path(reference).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header, *rows])

    def frame(self, reference, columns):
        self.path(reference).write_bytes(pickled_frame(columns))

    def index(self, cells=CELLS):
        codes = [[int(digit) for digit in cell] for cell in cells]
        strings = NASBench201().to_strings(np.asarray(codes))
        numbered = {string: index for index, string in enumerate(strings)}
        self.torch_zip("help_nasbench201/str_arch2idx.pt", dict(reversed(numbered.items())))
        return strings


class _Named:
    """A global that a pickle refers to by module and name; it does not need to be importable."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __call__(self, *_):
        raise AssertionError("only its name is pickled")


class _Object:
    def __init__(self, call: _Named, arguments: tuple, state: object = None) -> None:
        self.reduced = (call, arguments, state)

    def __reduce__(self):
        return self.reduced


class _Pickler(pickle._Pickler):
    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_named(self, named):
        self.write(pickle.GLOBAL + f"{named.module}\n{named.name}\n".encode())
        self.memoize(named)

    dispatch[_Named] = save_named


def pickled_frame(columns):
    """Return a data frame as pandas 1 pickles it, with one block for each column."""
    index = _Named("pandas.core.indexes.base", "Index")
    new_index = _Named("pandas.core.indexes.base", "_new_Index")
    names = np.asarray(list(columns), dtype=object)
    axes = [
        _Object(new_index, (index, {"data": names, "name": None})),
        _Object(
            new_index,
            (
                _Named("pandas.core.indexes.range", "RangeIndex"),
                {"name": None, "start": 0, "stop": 4, "step": 1},
            ),
        ),
    ]
    cut = _Named("builtins", "slice")
    blocks = [
        {"values": np.asarray([values]), "mgr_locs": _Object(cut, (index, index + 1, 1))}
        for index, values in enumerate(columns.values())
    ]
    state = (axes, [], [], {"0.14.1": {"axes": axes, "blocks": blocks}})
    manager = _Object(_Named("pandas.core.internals.managers", "BlockManager"), (), state)
    frame = _Object(_Named("pandas.core.frame", "DataFrame"), (), {"_data": manager})
    out = io.BytesIO()
    _Pickler(out, protocol=3).dump(frame)
    return out.getvalue()
