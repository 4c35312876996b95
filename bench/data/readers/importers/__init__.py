"""Importers of the benchmarks' official files, one module for each format.

Every module has `read(path) -> Columns`, which returns those columns of the suite's table that the
format holds. No importer downloads anything, and pickles are read by `bench.data.readers.unpickle`
or in torch's safe mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from bench.data.readers.confined import confined
from bench.data.readers.importers._nb201 import Finished
from bench.data.table import Columns

__all__ = ["Importer", "importers"]


@dataclass(frozen=True)
class Importer:
    """A format that can be imported.

    Attributes
    ----------
    name, title : str
        Name on the command line, and a description.
    table : str
        Name of the table that it becomes.
    expects : str
        Description of the path to give.
    folder : bool
        Whether that is a folder.
    module : str
        Module that reads it, imported when it is needed.
    needs : tuple of str
        Packages that must be installed, besides the suite's own dependencies.
    tested_on : str
        Files that the reader was tested on.
    """

    name: str
    title: str
    table: str
    expects: str
    folder: bool
    module: str
    needs: tuple[str, ...]
    tested_on: str

    def read(self, path: Path, *, finished: Finished | None = None) -> Columns:
        """Return the columns of a file or folder, which is read in a child process with limits.

        Parameters
        ----------
        path : Path
            File or folder of this format.
        finished : callable, optional
            Called with the number of architectures (or arrays) read so far.

        Raises
        ------
        bench.errors.DataError
            If it has another format or is incomplete; the message names file and key. Also if
            reading takes more than the limits of `bench.data.readers.confined`.
        """
        return confined(import_module(self.module).read, Path(path), finished=finished)


def importers() -> dict[str, Importer]:
    """Return every format by name."""
    return {importer.name: importer for importer in _IMPORTERS}


_IMPORTERS = (
    Importer(
        name="nas-bench-201",
        title="NAS-Bench-201, official file (v1.0 or v1.1)",
        table="nb201",
        expects="the file NAS-Bench-201-v1_1-096897.pth or NAS-Bench-201-v1_0-e61699.pth",
        folder=False,
        module="bench.data.readers.importers.nas_bench_201",
        needs=("torch",),
        tested_on="no full original; small files made with the package nas-bench-201",
    ),
    Importer(
        name="nats-bench",
        title="NATS-Bench, topology search space",
        table="nb201",
        expects="the unpacked folder NATS-tss-v1_0-3ffb9-simple",
        folder=True,
        module="bench.data.readers.importers.nats_bench",
        needs=(),
        tested_on="no full original; small folders that the package nats_bench reads too",
    ),
    Importer(
        name="hw-nas-bench",
        title="HW-NAS-Bench, NAS-Bench-201 part",
        table="nb201-hw",
        expects="the file HW-NAS-Bench-v1_0.pickle",
        folder=False,
        module="bench.data.readers.importers.hw_nas_bench",
        needs=(),
        tested_on="no original; a whole file of that structure, rebuilt from the published values",
    ),
    Importer(
        name="mote-nas",
        title="MOTE-NAS, losses of the proxy networks",
        table="nb201-mote",
        expects="a clone of the repository D0352276/MOTE-NAS",
        folder=True,
        module="bench.data.readers.importers.mote_nas",
        needs=(),
        tested_on="eleven original architectures, in all three folders",
    ),
    Importer(
        name="mote-nas-images",
        title="MOTE-NAS, reduced CIFAR-100",
        table="cifar100-r10",
        expects="a clone of the repository D0352276/MOTE-NAS",
        folder=True,
        module="bench.data.readers.importers.mote_nas_images",
        needs=(),
        tested_on="the whole original",
    ),
    Importer(
        name="nasbench301",
        title="NAS-Bench-301, XGBoost surrogates",
        table="nb301-xgb",
        expects="a model folder such as nb_models/xgb_v1.0",
        folder=True,
        module="bench.data.readers.importers.nasbench301",
        needs=("nasbench301", "xgboost-cpu>=2.1.1,<3.1"),
        tested_on="no published ensemble; small ones of that format, one pickled by xgboost 1.2.1",
    ),
)
