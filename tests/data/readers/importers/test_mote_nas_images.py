"""The reduced CIFAR-100 in a clone of MOTE-NAS's repository: its layout, and errors."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bench.data.readers.importers import mote_nas_images
from bench.data.readers.importers.mote_nas_images import read
from bench.errors import DataError

NAMES = [f"label{i}" for i in range(10)]
RGB = {"train": (200, 30, 90), "test": (10, 120, 250)}


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """Return a clone with two training images and one test image of each label, of one colour."""
    monkeypatch.setattr(mote_nas_images, "_PER_LABEL", {"train": 2, "test": 1})
    for split, count in (("train", 2), ("test", 1)):
        folder = tmp_path / "reduced_data" / "proxy_cifar100-10" / split
        folder.mkdir(parents=True)
        for name in reversed(NAMES):
            for number in range(count):
                picture = Image.new("RGB", (32, 32), RGB[split])
                picture.save(folder / f"{name}_1_{number}.jpg", quality=95)
    return tmp_path


def part(clone, split):
    return clone / "reduced_data" / "proxy_cifar100-10" / split


def test_images_in_order_of_their_names(clone):
    counts = []
    columns = read(clone, finished=counts.append)
    assert counts == [2, 4]
    assert columns["label_names"].tolist() == NAMES
    assert columns["train_labels"].tolist() == [i for i in range(10) for _ in range(2)]
    assert columns["test_labels"].tolist() == list(range(10))
    for split, count in (("train", 20), ("test", 10)):
        images = columns[f"{split}_images"]
        assert images.shape == (count, 32, 32, 3)
        assert images.dtype == np.uint8
        assert abs(images.astype(int) - RGB[split]).max() <= 3  # the error of JPEG
    folder = part(clone, "train").parent
    assert np.array_equal(read(folder)["train_images"], columns["train_images"])


def test_missing_images_are_counted(clone):
    (part(clone, "test") / "label3_1_0.jpg").unlink()
    with pytest.raises(DataError, match=r"test: found 9 images of 9 labels, expected 1 of each"):
        read(clone)


def test_other_labels_in_the_test_split_are_refused(clone):
    (part(clone, "test") / "label3_1_0.jpg").rename(part(clone, "test") / "other_1_0.jpg")
    with pytest.raises(DataError, match=r"test: its labels differ from those of .*train"):
        read(clone)


def test_files_that_are_not_images_of_32_pixels_are_named(clone):
    path = part(clone, "train") / "label4_1_1.jpg"
    Image.new("RGB", (32, 28)).save(path)
    with pytest.raises(DataError, match=r"label4_1_1\.jpg: an image of 32x28 pixels, expected 32"):
        read(clone)
    path.write_bytes(b"no image")
    with pytest.raises(DataError, match=r"label4_1_1\.jpg: cannot be read as an image"):
        read(clone)
