"""Reader of a nasbench301 model folder: an ensemble of XGBoost surrogates of the DARTS space.

Tested on ensembles of that format that the tests train, and once on members pickled by xgboost
1.2.1; not on a published ensemble (v0.9 and v1.0, figshare files 24693026 and 24992018).
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Floats
from bench.data.readers.importers._darts_features import GenotypeFeatures
from bench.data.readers.importers._nb201 import Finished
from bench.data.readers.unpickle import Record, describe, safe_load, shorten
from bench.data.table import Columns
from bench.errors import DataError, DataMissingError

__all__ = ["NASBench301Ensemble", "read"]

_MODEL = "surrogate_model.model"
_QUANTITIES = {"xgb": "val_accuracy", "xgb_time": "runtime"}
_BOOSTER = ("xgboost.core", "Booster")
_INSTALL = "`pip install 'xgboost-cpu>=2.1.1,<3.1'`"


def read(path: Path, *, finished: Finished | None = None) -> Columns:
    """Return the ensemble as columns, a row for each member; no pickle is needed afterwards.

    Columns: `member` (0, 1, ...), `folder` (its path below `path`), `quantity` (`val_accuracy` in
    per cent, or `runtime` in seconds) and `model_json` (the member in XGBoost's own JSON form).

    Parameters
    ----------
    path : Path
        Folder that holds, at any depth, one folder for each member with `surrogate_model.model`,
        and `model_config.json` beside the first member.
    finished : callable, optional
        Called with the number of members done, after each.

    Raises
    ------
    DataMissingError
        If xgboost is not installed.
    UntrustedPickleError
        If a pickle names anything but a Booster, arrays, numbers and containers.
    DataError
        If there is no member, a file cannot be read, or the surrogates are of another kind.
    """
    members = sorted(file for file in path.rglob(f"*{_MODEL}") if file.is_file())
    if not members:
        raise DataError(f"{path}: no */{_MODEL} in it, expected a model folder of nasbench301")
    quantity = _quantity(members[0].with_name("model_config.json"))
    models = []
    for member in members:
        models.append(_as_json(member))
        if finished is not None:
            finished(len(models))
    return {
        "member": np.arange(len(members), dtype=np.int16),
        "folder": np.asarray([str(m.parent.relative_to(path)) for m in members], dtype=object),
        "quantity": np.asarray([quantity] * len(members), dtype=object),
        "model_json": np.asarray(models, dtype=object),
    }


class NASBench301Ensemble:
    """NAS-Bench-301's XGBoost surrogates, which predict the result of training a genotype.

    Parameters
    ----------
    columns : mapping of str to array
        The columns that `read` returns.

    Attributes
    ----------
    quantity : str
        `val_accuracy` (per cent) or `runtime` (seconds), of the benchmark's full training.
    features : GenotypeFeatures
        Encoder of genotypes into the 56 features.

    Raises
    ------
    DataMissingError
        If xgboost or the package nasbench301 is not installed.
    """

    def __init__(self, columns: Mapping[str, NDArray[np.generic]]) -> None:
        xgboost = _xgboost("NAS-Bench-301 ensemble")
        self.quantity = str(columns["quantity"][0])
        self.features = GenotypeFeatures.installed()
        self._members = []
        for content in columns["model_json"].tolist():
            booster = xgboost.Booster()
            booster.load_model(bytearray(content.encode()))
            booster.set_param({"nthread": 1})
            self._members.append(booster)

    @classmethod
    def from_folder(cls, path: Path) -> NASBench301Ensemble:
        """Return the ensemble of a model folder, with the errors of `read`."""
        return cls(read(path))

    @property
    def members(self) -> int:
        """Number of surrogates in the ensemble."""
        return len(self._members)

    def predict(
        self, architectures: Sequence[Any] | NDArray[np.integer[Any]]
    ) -> tuple[Floats, Floats]:
        """Return mean and standard deviation of the members' predictions.

        The benchmark's noisy query adds a normal deviate of that standard deviation to the mean.

        Parameters
        ----------
        architectures : sequence of genotypes, or array [n, 22]
            Genotypes as `GenotypeFeatures.encode` takes them, or architectures of the space
            `bench.spaces.darts.DARTS`.

        Returns
        -------
        mean, deviation : array [n]
            In the unit of `quantity`.

        Raises
        ------
        SpaceError
            If one of them is not an architecture of DARTS.
        """
        import xgboost

        if isinstance(architectures, np.ndarray):
            features = self.features.encode_architectures(architectures)
        else:
            features = self.features.encode(architectures)
        matrix = xgboost.DMatrix(features)
        each = np.asarray([member.predict(matrix) for member in self._members], dtype=np.float64)
        return each.mean(axis=0), each.std(axis=0)


def _quantity(path: Path) -> str:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        model = config["model"]
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{path}: no key 'model' in it: {shorten(error)}") from None
    if type(model) is not str or model not in _QUANTITIES:
        raise DataError(
            f"{path}: surrogates of kind {describe(model)}, expected one of "
            f"{', '.join(_QUANTITIES)} (XGBoost's; the others need the package's own environment)"
        )
    return _QUANTITIES[model]


def _as_json(path: Path) -> str:
    """Return a pickled Booster in XGBoost's JSON form."""
    pickled = safe_load(path, records=[_BOOSTER])
    state = pickled.state if isinstance(pickled, Record) else None
    raw = state.get("handle") if isinstance(state, dict) else None
    if not isinstance(raw, (bytes, bytearray)):
        found = "a Booster without content" if isinstance(pickled, Record) else describe(pickled)
        raise DataError(f"{path}: {found}, expected a pickled Booster of xgboost")
    xgboost = _xgboost(str(path))
    try:
        with warnings.catch_warnings():  # xgboost warns of models of older releases
            warnings.filterwarnings("ignore", category=UserWarning)
            booster = xgboost.Booster()
            booster.__setstate__({"handle": bytearray(raw)})
            return bytes(booster.save_raw("json")).decode()
    except xgboost.core.XGBoostError as error:
        reason = shorten(str(error).split("Stack trace")[0])
        raise DataError(
            f"{path}: xgboost {xgboost.__version__} cannot read this model: {reason}; "
            f"models of NAS-Bench-301's time need {_INSTALL}"
        ) from None


def _xgboost(what: str) -> Any:
    try:
        import xgboost
    except ModuleNotFoundError:
        raise DataMissingError(f"{what}: needs xgboost; install it with {_INSTALL}") from None
    return xgboost
