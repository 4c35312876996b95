"""The reduced CIFAR-100: its channels, its labels, and arrays of another form."""

from __future__ import annotations

import numpy as np
import pytest

from bench.data import Table
from bench.errors import TrainingError
from bench.training.images.reduced_cifar100 import PUBLISHED_LABELS, _split, reduced_cifar100

RNG = np.random.default_rng(3)
PIXELS = RNG.integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)


def test_bytes_become_fractions_blue_first():
    images, labels = _split(PIXELS, np.array([0, 1, 1, 0], dtype=np.uint8), classes=2, name="train")
    assert images.shape == (4, 3, 32, 32)
    assert images.dtype == np.float32
    assert labels.dtype == np.int64
    red, green, blue = (PIXELS[..., channel] / 255 for channel in range(3))
    for channel, expected in enumerate((blue, green, red)):
        np.testing.assert_allclose(images[:, channel], expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("pixels", "labels", "message"),
    [
        (
            PIXELS[:, :28],
            [0] * 4,
            r"train images: found uint8 of shape \[4, 28, 32, 3\], expected",
        ),
        (PIXELS.transpose(0, 3, 1, 2), [0] * 4, r"found uint8 of shape \[4, 3, 32, 32\]"),
        (PIXELS / 255, [0] * 4, r"train images: found float64 of shape"),
        (PIXELS, [0] * 3, r"train labels: found int64 of shape \[3\], expected .* \[4\]"),
        (PIXELS, [0.0] * 4, r"train labels: found float64"),
        (PIXELS, [0, 1, 2, 0], r"train labels: 2 at index 2, expected 0 to 1"),
        (PIXELS, [0, -1, 2, 0], r"train labels: -1 at index 1, expected 0 to 1"),
    ],
)
def test_wrong_images_and_labels_are_refused(pixels, labels, message):
    with pytest.raises(TrainingError, match=message):
        _split(pixels, np.asarray(labels), classes=2, name="train")


def test_the_published_images(real_tables):
    if not (real_tables / "cifar100_r10.npz").exists():
        pytest.skip("no reduced CIFAR-100 on this machine")
    images = reduced_cifar100()
    assert images.classes == len(PUBLISHED_LABELS) == 10
    assert images.train[0].shape == (5000, 3, 32, 32)
    assert images.test[0].shape == (1000, 3, 32, 32)
    assert len(images.validation[0]) == 0
    assert np.bincount(images.train[1]).tolist() == [500] * 10
    assert np.bincount(images.test[1]).tolist() == [100] * 10
    assert (images.train[0].min(), images.train[0].max()) == (0.0, 1.0)
    # the sea (label 6) is blue and an orange (label 3) is not, so the first channel is blue
    blue, _, red = images.train[0].mean(axis=(2, 3)).T
    sea, orange = images.train[1] == 6, images.train[1] == 3
    assert (blue - red)[sea].mean() > 0.05
    assert (blue - red)[orange].mean() < -0.2


def test_another_set_of_labels_is_refused(monkeypatch):
    names = np.array([f"l{i}" for i in range(10)])
    other = Table("cifar100-r10", {"label_names": names}, "")
    monkeypatch.setattr("bench.training.images.reduced_cifar100.load_table", lambda _: other)
    reduced_cifar100.cache_clear()
    with pytest.raises(TrainingError, match=r"'cifar100-r10': labels l0, .*; expected beaver"):
        reduced_cifar100()
