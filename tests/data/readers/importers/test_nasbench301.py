"""NAS-Bench-301's XGBoost ensembles: features by hand, a trained ensemble, errors."""

from __future__ import annotations

import json
import pickle
from collections import namedtuple
from importlib.metadata import PackageNotFoundError, distribution
from math import log

import numpy as np
import pytest

from bench.data.readers.importers._darts_features import GenotypeFeatures
from bench.data.readers.importers.nasbench301 import NASBench301Ensemble, read
from bench.errors import DataError, DataMissingError, SpaceError, UntrustedPickleError
from bench.spaces.darts import DARTS, OPERATIONS

try:
    distribution("nasbench301")
except PackageNotFoundError:
    pytest.skip("the package nasbench301 is not installed", allow_module_level=True)

Genotype = namedtuple("Genotype", "normal normal_concat reduce reduce_concat")

# The network of DARTS's second order (Liu et al. 2019).
DARTS_V2 = Genotype(
    normal=[
        ("sep_conv_3x3", 0), ("sep_conv_3x3", 1), ("sep_conv_3x3", 0), ("sep_conv_3x3", 1),
        ("sep_conv_3x3", 1), ("skip_connect", 0), ("skip_connect", 0), ("dil_conv_3x3", 2),
    ],
    normal_concat=[2, 3, 4, 5],
    reduce=[
        ("max_pool_3x3", 0), ("max_pool_3x3", 1), ("skip_connect", 2), ("max_pool_3x3", 1),
        ("max_pool_3x3", 0), ("skip_connect", 2), ("skip_connect", 2), ("max_pool_3x3", 1),
    ],
    reduce_concat=[2, 3, 4, 5],
)  # fmt: skip


@pytest.fixture(scope="module")
def features():
    return GenotypeFeatures.installed()


def test_features_of_a_genotype_by_hand(features):
    names = [name.rsplit("darts:", maxsplit=1)[-1] for name in features.names]
    found = dict(zip(names, features.encode([DARTS_V2])[0].tolist(), strict=True))
    assert len(found) == 56
    # normal: 2 <- 0, 1; 3 <- 0, 1; 4 <- 0, 1; 5 <- 0, 2; reduction: 2 <- 0, 1; 3 <- 1, 2; ...
    edges = {
        "normal": {0: 3, 1: 3, 2: 3, 3: 3, 5: 2, 6: 3, 9: 2, 11: 5},
        "reduce": {0: 0, 1: 0, 3: 0, 4: 2, 5: 0, 7: 2, 10: 0, 11: 2},
    }
    for kind, active in edges.items():
        for edge in range(14):
            assert found[f"edge_{kind}_{edge}"] == active.get(edge, -1), (kind, edge)
    inputs = {"normal": ("0_1", "0_1", "0_2"), "reduce": ("1_2", "0_2", "1_2")}
    order = {
        3: ["0_1", "0_2", "1_2"],
        4: ["0_1", "0_2", "0_3", "1_2", "1_3", "2_3"],
        5: ["0_1", "0_2", "0_3", "0_4", "1_2", "1_3", "1_4", "2_3", "2_4", "3_4"],
    }
    for kind, pairs in inputs.items():
        for node, pair in zip((3, 4, 5), pairs, strict=True):
            assert found[f"inputs_node_{kind}_{node}"] == order[node].index(pair)


def test_features_of_the_training_by_hand(features):
    found = dict(zip(features.names, features.encode([DARTS_V2])[0].tolist(), strict=True))
    cosine = "SimpleLearningrateSchedulerSelector:cosine_annealing"
    low, high = log(63.50001), log(128.49999)
    expected = {
        "CreateImageDataLoader:batch_size": (log(96) - low) / (high - low),
        "ImageAugmentation:cutout_holes": (1 - 0.50001) / (3.49999 - 0.50001),
        "ImageAugmentation:cutout_length": (16 - 0.50001) / (50.49999 - 0.50001),
        "NetworkSelectorDatasetInfo:darts:layers": 7.49999 / 9999.99998,
        "NetworkSelectorDatasetInfo:darts:init_channels": 31.49999 / 9999.99998,
        "NetworkSelectorDatasetInfo:darts:drop_path_prob": 0.0,
        "OptimizerSelector:sgd:learning_rate": log(0.025),
        "OptimizerSelector:sgd:momentum": 0.8 / 0.89,
        "OptimizerSelector:sgd:weight_decay": log(0.0003),
        f"{cosine}:T_max": 99.49999 / 9999.99998,
        f"{cosine}:eta_min": 1e-12,
        "SimpleTrainNode:mixup:alpha": log(20) / log(70),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-12), name
    categorical = set(found) - set(expected)
    assert not any("sgd:" in name or "image" in name.lower() for name in categorical if found[name])


def test_the_order_of_a_nodes_inputs_has_no_effect(features):
    swapped = [DARTS_V2.normal[index] for index in (1, 0, 3, 2, 5, 4, 7, 6)]
    found = features.encode([DARTS_V2, (swapped, DARTS_V2.reduce)])
    assert np.array_equal(found[0], found[1])


def random_architectures(n):
    return DARTS().sample(np.random.default_rng(11), n)


def test_architectures_of_the_space_are_their_genotypes(features):
    architectures = random_architectures(50)
    genotypes = [
        eval(text, {"__builtins__": {}, "Genotype": Genotype})
        for text in DARTS().to_strings(architectures)
    ]
    found = features.encode_architectures(architectures)
    assert np.array_equal(found, features.encode(genotypes))
    assert len(np.unique(found, axis=0)) == 50
    assert ((found[:, 32:] >= 0).sum(axis=1) == 12).all()  # 6 of 12 conditional edges per cell


@pytest.mark.parametrize(
    ("index", "edge", "message"),
    [
        (0, ("none", 0), r"edge_normal_0: 'none', expected one of max_pool_3x3, "),
        (
            1,
            ("skip_connect", 0),
            r"normal cell: node 2 has inputs \[0, 0\]",
        ),
        (3, ("skip_connect", 3), r"node 3 has inputs \[0, 3\], expected .* from 0 to 2"),
        (3, ("skip_connect", -1), r"node 3 has inputs \[-1, 0\]"),
    ],
)
def test_malformed_cells_are_refused(index, edge, message, features):
    cell = list(DARTS_V2.normal)
    cell[index] = edge
    with pytest.raises(SpaceError, match=message):
        features.encode([(cell, DARTS_V2.reduce)])
    with pytest.raises(SpaceError, match="reduce cell: 7 edges, expected 8"):
        features.encode([(DARTS_V2.normal, DARTS_V2.reduce[:7])])


def test_a_missing_package_is_named(monkeypatch):
    def absent(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("bench.data.readers.importers._darts_features.distribution", absent)
    with pytest.raises(
        DataMissingError, match=r"install it with `pip install --no-deps nasbench301"
    ):
        GenotypeFeatures.installed()


# -- ensembles -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained(features, tmp_path_factory):
    """Folder, members and features of a trained ensemble in nasbench301's format."""
    xgboost = pytest.importorskip("xgboost")
    folder = tmp_path_factory.mktemp("xgb_v1.0")
    inputs = features.encode_architectures(random_architectures(120))
    separable = (inputs[:, 10:12] >= OPERATIONS.index("sep_conv_3x3")).sum(axis=1)
    accuracy = 92 + separable + np.random.default_rng(1).random(120)
    boosters = []
    for seed in range(3):
        parameters = {"objective": "reg:squarederror", "seed": seed, "subsample": 0.5, "nthread": 1}
        matrix = xgboost.DMatrix(inputs, label=accuracy)
        boosters.append(xgboost.train(parameters, matrix, num_boost_round=8))
        member = folder / "xgb" / f"20201002-{seed}"
        member.mkdir(parents=True)
        with (member / "surrogate_model.model").open("wb") as file:
            pickle.dump(boosters[-1], file)
        config = {"model": "xgb", "param:eta": 0.3, "early_stopping_rounds": 100}
        (member / "model_config.json").write_text(json.dumps(config), encoding="utf-8")
        (member / "data_config.json").write_text(json.dumps({"seed": seed}), encoding="utf-8")
    return folder, boosters, inputs


@pytest.fixture
def folder(trained, tmp_path):
    import shutil

    return shutil.copytree(trained[0], tmp_path / "copy")


def test_predictions_are_those_of_the_members(trained):
    import xgboost

    folder, boosters, inputs = trained
    counts = []
    ensemble = NASBench301Ensemble(read(folder, finished=counts.append))
    assert (ensemble.members, ensemble.quantity, counts) == (3, "val_accuracy", [1, 2, 3])
    each = np.asarray([b.predict(xgboost.DMatrix(inputs)) for b in boosters], dtype=np.float64)
    mean, deviation = ensemble.predict(random_architectures(120))
    assert np.array_equal(mean, each.mean(axis=0))
    assert np.array_equal(deviation, each.std(axis=0))
    assert mean.std() > 0.1
    assert deviation.max() > 0
    one, _ = NASBench301Ensemble.from_folder(folder).predict([DARTS_V2])
    assert one.shape == (1,)


def test_the_columns_survive_a_file(trained, tmp_path):
    import pyarrow.parquet as pq

    from bench.data import write_table

    columns = read(trained[0])
    assert columns["folder"].tolist() == [f"xgb/20201002-{seed}" for seed in range(3)]
    write_table(tmp_path / "nb301-xgb.parquet", columns)
    table = pq.read_table(tmp_path / "nb301-xgb.parquet")
    back = {name: table.column(name).to_numpy() for name in table.column_names}
    architectures = random_architectures(10)
    for stored, original in zip(
        NASBench301Ensemble(back).predict(architectures),
        NASBench301Ensemble(columns).predict(architectures),
        strict=True,
    ):
        assert np.array_equal(stored, original)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model": "gnn_gin"}, r"surrogates of kind 'gnn_gin', expected one of xgb, xgb_time"),
        ({}, r"no key 'model' in it"),
        (None, r"model_config\.json: cannot be read: No such file"),
    ],
)
def test_other_surrogates_are_refused(config, message, folder):
    path = folder / "xgb" / "20201002-0" / "model_config.json"
    path.unlink() if config is None else path.write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read(folder)


def test_runtime_surrogates_have_another_quantity(folder):
    path = folder / "xgb" / "20201002-0" / "model_config.json"
    path.write_text(json.dumps({"model": "xgb_time"}), encoding="utf-8")
    assert NASBench301Ensemble.from_folder(folder).quantity == "runtime"


def test_code_is_refused_and_does_not_run(folder, attack):
    member = folder / "xgb" / "20201002-1" / "surrogate_model.model"
    member.write_bytes(pickle.dumps({"handle": attack.payload}))
    with pytest.raises(UntrustedPickleError, match=r"20201002-1.*refers to posix\.system"):
        read(folder)
    assert not attack.marker.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pickle.dumps([1]), r"surrogate_model\.model: list, expected a pickled Booster"),
        (pickle.dumps([1])[:-2], r"surrogate_model\.model: not a pickle"),
        (
            b"\x80\x04cxgboost.core\nBooster\n)\x81}\x8c\x06handleC\x04junksb.",
            r"xgboost \S+ cannot read this model: .*; models of .* need `pip install 'xgboost-cpu",
        ),
        (
            b"\x80\x04cxgboost.core\nBooster\n)\x81}\x8c\x06handleNsb.",
            r"a Booster without content, expected a pickled Booster",
        ),
    ],
)
def test_damaged_members_are_named(content, message, folder):
    (folder / "xgb" / "20201002-2" / "surrogate_model.model").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read(folder)


def test_a_folder_without_members_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(DataError, match=r"no \*/surrogate_model\.model in it"):
            read(path)
