"""A clone of MOTE-NAS's repository: its layout, errors, and original files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bench.data.readers.importers.mote_nas import read
from bench.errors import DataError

FOLDERS = ("nasbench201_cifar10-10", "nasbench201_cifar100-10", "nasbench201_img16-10")
# index 426 is |none~0|+|skip_connect~0|nor_conv_1x1~1|+|none~0|skip_connect~1|none~2|
OPERATIONS = {
    0: ["avg_pool_3x3", *["nor_conv_1x1", "skip_connect"] * 2, "skip_connect"],
    426: ["zeros", "skip_connect", "nor_conv_1x1", "zeros", "skip_connect", "zeros"],
}


def make(index, **changes):
    rng = np.random.default_rng(index)
    return {
        "id": index,
        "operations": OPERATIONS[index],
        "proxy_losses": rng.random(50).tolist(),
        "landscape_losses": rng.random(11).tolist(),
        "proxy_train_time": 5.5,
        "landscape_term": 1.25,
        "speed_term": 2.5,
        "mote": 3.75 + index,
    } | changes


@pytest.fixture
def clone(tmp_path):
    for folder in FOLDERS:
        (tmp_path / "data" / folder).mkdir(parents=True)
        for index in OPERATIONS:
            path = tmp_path / "data" / folder / f"{index}.json"
            path.write_text(json.dumps(make(index)), encoding="utf-8")
    return tmp_path


def test_columns(clone):
    counts = []
    columns = read(clone, partial=True, finished=counts.append)
    assert columns["index"].tolist() == [0, 426]
    assert columns["mote"].tolist() == [3.75, 429.75]
    assert columns["proxy_train_loss"].shape == (2, 50)
    assert columns["landscape_loss"].shape == (2, 11)
    assert columns["proxy_train_loss"].dtype == np.float32
    assert np.array_equal(columns["landscape_loss"][1], np.float32(make(426)["landscape_losses"]))
    assert counts == [1, 2]
    assert read(clone / "data", partial=True)["index"].tolist() == [0, 426]


def test_original_files_equal_the_published_table(real_tables):
    folder = real_tables / "raw" / "mote-nas"
    if not folder.is_dir():
        pytest.skip("no original files on this machine")
    columns = read(folder, partial=True)
    with np.load(real_tables / "nb201_mote_curves.npz") as published:
        rows = np.searchsorted(published["index"], columns["index"])
        assert len(rows) == 11
        assert sorted(columns) == sorted(published.files)
        for name, values in columns.items():
            assert np.array_equal(values, published[name][rows]), name
            assert values.dtype == published[name].dtype, name


def test_an_incomplete_clone_is_refused(clone):
    with pytest.raises(DataError, match=r"cifar10-10: found 2 architectures, expected 15,614"):
        read(clone)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mote": 1.0}, r"426\.json has different values of mote in the folders"),
        ({"proxy_losses": [1.0]}, r"426\.json: proxy_losses has shape \[1\], expected 50 numbers"),
        ({"speed_term": [1.0]}, r"426\.json: speed_term has shape \[1\], expected 1 numbers"),
        ({"operations": OPERATIONS[0]}, r"426\.json: operations .* at index 426"),
        ({"speed_term": "fast"}, r"426\.json: not a result of MOTE-NAS: could not conv"),
    ],
)
def test_faults_are_named(changes, message, clone):
    path = clone / "data" / FOLDERS[1] / "426.json"
    path.write_text(json.dumps(make(426, **changes)), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read(clone, partial=True)


def test_missing_parts_are_named(clone, tmp_path):
    path = clone / "data" / FOLDERS[2] / "0.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match=r"0\.json: no key 'operations'"):
        read(clone, partial=True)
    path.write_text("[", encoding="utf-8")
    with pytest.raises(DataError, match=r"0\.json: not a result of MOTE-NAS"):
        read(clone, partial=True)
    path.unlink()
    with pytest.raises(DataError, match=r"0\.json: cannot be read: No such file"):
        read(clone, partial=True)
    with pytest.raises(DataError, match=r"no folder data/nasbench201_cifar10-10, expected a clone"):
        read(tmp_path / "absent")
