"""CIFAR's python batches, as small files that are written as Python 2 did."""

from __future__ import annotations

import pickle
import struct
from typing import ClassVar

import numpy as np
import pytest

from bench.errors import DataError, DataMissingError, UntrustedPickleError
from bench.training.images.cifar import cifar, require_cifar

RNG = np.random.default_rng(3)


class Python2Pickler(pickle._Pickler):
    """A pickler that writes text and bytes as Python 2's byte strings, as in CIFAR's files."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_string(self, value):
        content = value.encode("latin1") if isinstance(value, str) else value
        self.write(b"T" + struct.pack("<i", len(content)) + content)
        self.memoize(value)

    dispatch[str] = dispatch[bytes] = save_string


def write(path, content):
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        Python2Pickler(file, protocol=2).dump(content)


def batch(n, classes, key, **changes):
    content = {
        "data": RNG.integers(0, 256, (n, 3072), dtype=np.uint8),
        key: RNG.integers(0, classes, n).tolist(),
        "filenames": [f"{i}.png" for i in range(n)],
    }
    return content | changes


@pytest.fixture
def cifar10_files(tmp_path):
    """Write a CIFAR-10 of 5 x 4 training and 6 test images; return its folder and contents."""
    folder = tmp_path / "cifar-10-batches-py"
    names = [*(f"data_batch_{b}" for b in range(1, 6)), "test_batch"]
    contents = {name: batch(4 if name != "test_batch" else 6, 10, "labels") for name in names}
    for name, content in contents.items():
        write(folder / name, content)
    return folder, contents


def test_cifar10_is_read_and_halved(cifar10_files, monkeypatch):
    folder, contents = cifar10_files
    monkeypatch.setenv("MONAS_DATA", str(folder.parent))
    images = cifar("cifar10")
    assert (images.classes, images.channels, images.image) == (10, 3, 32)
    pixels = np.concatenate([contents[f"data_batch_{b}"]["data"] for b in range(1, 6)])
    labels = np.concatenate([contents[f"data_batch_{b}"]["labels"] for b in range(1, 6)])
    mean, deviation = np.array([125.3, 123.0, 113.9]), np.array([63.0, 62.1, 66.7])
    expected = (pixels.reshape(-1, 3, 1024) - mean[:, None]) / deviation[:, None]
    for first, split in enumerate((images.train, images.validation)):
        assert split[0].dtype == np.float32
        assert split[0] == pytest.approx(expected[first::2].reshape(-1, 3, 32, 32), abs=1e-6)
        assert split[1].tolist() == labels[first::2].tolist()
    assert images.test[1].tolist() == contents["test_batch"]["labels"]


def test_cifar100_has_fine_labels_and_halves_its_test_images(tmp_path):
    folder = tmp_path / "cifar-100-python"
    train = batch(7, 100, "fine_labels", coarse_labels=[0] * 7)
    test = batch(4, 100, "fine_labels", coarse_labels=[0] * 4)
    write(folder / "train", train)
    write(folder / "test", test)
    images = cifar("cifar100", folder)
    assert images.train[1].tolist() == train["fine_labels"]
    assert images.validation[1].tolist() == test["fine_labels"][0::2]
    assert images.test[1].tolist() == test["fine_labels"][1::2]
    assert images.classes == 100


def test_the_folder_or_its_parent_can_be_given(cifar10_files):
    folder, _ = cifar10_files
    images, same = cifar("cifar10", folder), cifar("cifar10", folder.parent)
    assert np.array_equal(images.train[0], same.train[0])


def test_missing_files_are_named_with_their_address(cifar10_files):
    folder, _ = cifar10_files
    (folder / "data_batch_3").unlink()
    with pytest.raises(DataMissingError, match=r"data_batch_3 is missing.*cifar-10-python"):
        cifar("cifar10", folder)
    with pytest.raises(DataMissingError, match=r"cifar-100-python.*MONAS_DATA"):
        cifar("cifar100", folder.parent)


def test_a_ranking_benchmark_measures_on_them_or_names_the_missing_file(cifar10_files, monkeypatch):
    from bench.entrants.estimator import find_estimator
    from bench.tasks.ranking.networks import measure_architectures
    from bench.tasks.ranking.spec import NetworksSource

    source = NetworksSource(
        kind="networks",
        title="networks",
        images="cifar10",
        channels=4,
        cells=1,
        reduction="residual",
        sample=10,
        seed=0,
    )
    folder, _ = cifar10_files
    monkeypatch.setenv("MONAS_DATA", str(folder.parent))
    require_cifar("cifar10")
    part = find_estimator("params").entrant()
    scores, _ = measure_architectures(
        [part], "nasbench201", np.zeros((1, 6), dtype=np.int8), source
    )
    grey = measure_architectures(
        [part],
        "nasbench201",
        np.zeros((1, 6), dtype=np.int8),
        source.model_copy(update={"images": "noisy-digits"}),
    )[0]
    assert scores[0, 0] == grey[0, 0] + 2 * 4 * 9  # two more channels of a 3 x 3 stem of four
    with pytest.raises(DataMissingError, match=r"cifar-100-python.*MONAS_DATA"):
        require_cifar("cifar100")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": np.zeros((4, 3071), np.uint8)}, r"\[4, 3071\] uint8, expected \[n, 3072\] uint8"),
        ({"data": np.zeros((4, 3072), np.float32)}, r"\[4, 3072\] float32, expected"),
        ({"data": [1, 2]}, r"'data' is <class 'list'>, expected"),
        ({"labels": [0, 1, 2]}, "'labels' are not 4 integers"),
        ({"labels": [0, 1, 2, 2.5]}, "'labels' are not 4 integers"),
        ({"labels": [0, 1, 10, 2]}, "label 10 of image 2; expected 0 to 9"),
        ({"labels": [0, -1, 1, 2]}, "label -1 of image 1; expected 0 to 9"),
    ],
)
def test_faults_of_a_file_are_named(cifar10_files, changes, message):
    folder, _ = cifar10_files
    write(folder / "data_batch_2", batch(4, 10, "labels", **changes))
    with pytest.raises(DataError, match=rf"data_batch_2: .*{message}"):
        cifar("cifar10", folder)


def test_files_of_other_content_are_refused(cifar10_files):
    folder, _ = cifar10_files
    write(folder / "test_batch", [1, 2])
    with pytest.raises(DataError, match="test_batch: holds list, expected a dict"):
        cifar("cifar10", folder)
    write(folder / "test_batch", batch(4, 100, "fine_labels"))
    with pytest.raises(DataError, match="has no 'labels', only data, filenames, fine_labels"):
        cifar("cifar10", folder)


def test_code_is_refused_and_does_not_run(cifar10_files):
    folder, _ = cifar10_files
    (folder / "test_batch").write_bytes(b"\x80\x02cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(UntrustedPickleError, match=r"os\.system"):
        cifar("cifar10", folder)
