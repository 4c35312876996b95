"""The 56 features of a DARTS genotype that NAS-Bench-301's tree surrogates read.

They are the vector that ConfigSpace 0.4 to 0.6 makes of a configuration of the package's
configspace.json (Zela et al., "Surrogate NAS Benchmarks", ICLR 2022, appendix on the search space).
The file is found without importing the package, which cannot be imported together with numpy 2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats
from bench.errors import DataError, DataMissingError, SpaceError
from bench.spaces.darts import DARTS, OPERATIONS, PAIRS

__all__ = ["GenotypeFeatures"]

_INACTIVE = -1.0
_WIDENED = 0.49999  # the range of an integer extends this far beyond its bounds
_DARTS = "NetworkSelectorDatasetInfo:darts:"
_COSINE = "SimpleLearningrateSchedulerSelector:cosine_annealing:"
_INTEGER = {"type": "uniform_int", "log": False, "lower": 1, "upper": 10_000}

# Ranges that the package sets when it loads the file.
_OVERRIDDEN: dict[str, dict[str, Any]] = {
    f"{_DARTS}layers": _INTEGER,
    f"{_DARTS}init_channels": _INTEGER,
    f"{_COSINE}T_max": _INTEGER,
    f"{_COSINE}eta_min": {"type": "uniform_float", "log": False, "lower": 0, "upper": 10_000},
}
# Training of every network of the benchmark.
_TRAINING: dict[str, Any] = {
    "CreateImageDataLoader:batch_size": 96,
    "ImageAugmentation:augment": True,
    "ImageAugmentation:autoaugment": False,
    "ImageAugmentation:cutout": True,
    "ImageAugmentation:cutout_holes": 1,
    "ImageAugmentation:cutout_length": 16,
    "ImageAugmentation:fastautoaugment": False,
    "LossModuleSelectorIndices:loss_module": "cross_entropy",
    f"{_DARTS}auxiliary": True,
    f"{_DARTS}drop_path_prob": 0.2,
    f"{_DARTS}init_channels": 32,
    f"{_DARTS}layers": 8,
    "NetworkSelectorDatasetInfo:network": "darts",
    "OptimizerSelector:optimizer": "sgd",
    "OptimizerSelector:sgd:learning_rate": 0.025,
    "OptimizerSelector:sgd:momentum": 0.9,
    "OptimizerSelector:sgd:weight_decay": 0.0003,
    f"{_COSINE}T_max": 100,
    f"{_COSINE}eta_min": 1e-8,
    "SimpleLearningrateSchedulerSelector:lr_scheduler": "cosine_annealing",
    "SimpleTrainNode:batch_loss_computation_technique": "mixup",
    "SimpleTrainNode:mixup:alpha": 0.2,
}
_FIRST_EDGE = (0, 2, 5, 9)  # of the nodes 2 to 5; edge `first + i` comes from node i


class GenotypeFeatures:
    """Encoder of DARTS genotypes into the surrogates' features.

    Parameters
    ----------
    space : mapping
        Content of configspace.json.
    """

    def __init__(self, space: Mapping[str, Any]) -> None:
        conditional = {condition["child"] for condition in space["conditions"]}
        settings = sorted(
            space["hyperparameters"], key=lambda one: (one["name"] in conditional, one["name"])
        )
        self._column = {one["name"]: column for column, one in enumerate(settings)}
        self._choices = {one["name"]: one["choices"] for one in settings if "choices" in one}
        self._constant = np.full(len(settings), _INACTIVE)
        for name, value in _TRAINING.items():
            setting = _OVERRIDDEN.get(name) or settings[self._column[name]]
            self._constant[self._column[name]] = _as_number(setting, value)

    @classmethod
    def installed(cls) -> GenotypeFeatures:
        """Return the features of the package nasbench301, without importing it.

        Raises
        ------
        DataMissingError
            If it is not installed.
        DataError
            If its configspace.json is missing or is another one.
        """
        try:
            files = distribution("nasbench301").files or []
        except PackageNotFoundError:
            raise DataMissingError(
                "NAS-Bench-301's configspace.json is not on this machine; install it with "
                "`pip install --no-deps nasbench301==0.3`"
            ) from None
        for file in files:
            if file.parts == ("nasbench301", "configspace.json"):
                path = Path(str(file.locate()))
                try:
                    return cls(json.loads(path.read_text(encoding="utf-8")))
                except (OSError, ValueError, KeyError) as error:
                    raise DataError(f"{path}: not the space of NAS-Bench-301: {error}") from None
        raise DataError("the package nasbench301 has no configspace.json, expected version 0.3")

    @property
    def names(self) -> list[str]:
        """Names of the features, in their order."""
        return list(self._column)

    def encode(self, genotypes: Sequence[Any]) -> Floats:
        """Return the features [n, 56] of n genotypes.

        Each is DARTS's `Genotype`, or a pair (normal, reduce); a cell is eight pairs (operation,
        input node), two for each of the nodes 2 to 5. The order of the two has no effect.

        Raises
        ------
        SpaceError
            If a cell has another form; the message quotes the wrong part.
        """
        features = np.tile(self._constant, (len(genotypes), 1))
        for row, genotype in zip(features, genotypes, strict=True):
            normal, reduction = (
                (genotype.normal, genotype.reduce) if hasattr(genotype, "normal") else genotype
            )
            self._set_cell(row, "normal", normal)
            self._set_cell(row, "reduce", reduction)
        return features

    def encode_architectures(self, architectures: ArrayLike) -> Floats:
        """Return the features [n, 56] of architectures [n, 22] of the space DARTS."""
        genotypes = []
        for variables in DARTS().check(architectures).reshape(-1, 2, 11).tolist():
            cells = []
            for cell in variables:
                pairs = zip(PAIRS, [0, *cell[8:]], strict=True)
                sources = [source for options, chosen in pairs for source in options[chosen]]
                operations = [OPERATIONS[code] for code in cell[:8]]
                cells.append(list(zip(operations, sources, strict=True)))
            genotypes.append(cells)
        return self.encode(genotypes)

    def _set_cell(self, row: Floats, kind: str, cell: Sequence[Any]) -> None:
        if len(cell) != 2 * len(_FIRST_EDGE):
            raise SpaceError(f"DARTS {kind} cell: {len(cell)} edges, expected 8")
        for node, first in enumerate(_FIRST_EDGE, start=2):
            pairs = cell[2 * (node - 2) : 2 * (node - 1)]
            inputs = sorted(source for _, source in pairs)
            if not 0 <= inputs[0] < inputs[1] < node:
                raise SpaceError(
                    f"DARTS {kind} cell: node {node} has inputs {inputs}, expected two different "
                    f"ones from 0 to {node - 1}"
                )
            for operation, source in pairs:
                name = f"{_DARTS}edge_{kind}_{first + source}"
                row[self._column[name]] = self._code(name, operation)
            if node > 2:
                name = f"{_DARTS}inputs_node_{kind}_{node}"
                row[self._column[name]] = self._code(name, f"{inputs[0]}_{inputs[1]}")

    def _code(self, name: str, choice: str) -> int:
        if choice not in self._choices[name]:
            raise SpaceError(
                f"{name}: {choice!r}, expected one of {', '.join(self._choices[name])}"
            )
        return int(self._choices[name].index(choice))


def _as_number(setting: Mapping[str, Any], value: Any) -> float:
    """Return the entry of ConfigSpace's vector for `value`: position in its range, or code."""
    kind = setting["type"]
    if kind == "constant":
        return 0.0
    if kind == "categorical":
        return float(setting["choices"].index(value))
    if kind == "normal_float":
        return log(value)
    widened = _WIDENED if kind == "uniform_int" else 0.0
    lower, upper = setting["lower"] - widened, setting["upper"] + widened
    if setting["log"]:
        return (log(value) - log(lower)) / (log(upper) - log(lower))
    return float((value - lower) / (upper - lower))
