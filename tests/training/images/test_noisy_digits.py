"""The noisy digits: sizes, classes, scale, and splits without common images."""

from __future__ import annotations

import numpy as np
import pytest

from bench.training.images.noisy_digits import noisy_digits


def test_sizes_classes_and_scale():
    images = noisy_digits()
    sizes = [len(labels) for _, labels in (images.train, images.validation, images.test)]
    assert sizes == [909, 298 * 5, 590 * 5]
    assert images.train[0].shape[1:] == (1, 8, 8)
    for _, labels in (images.train, images.validation, images.test):
        shares = np.bincount(labels, minlength=10) / len(labels)
        assert abs(shares - 0.1).max() < 0.01
    assert abs(float(images.train[0].mean())) < 1e-6
    assert float(images.test[0].var()) == pytest.approx(2.0, abs=0.05)  # digits 1 + noise 1


def test_splits_have_no_common_images():
    clean = noisy_digits(noise=0.0, copies=1)
    keys = [
        {row.tobytes() for row in split[0]} for split in (clean.train, clean.validation, clean.test)
    ]
    assert not keys[0] & keys[2]
    assert not keys[0] & keys[1]
    assert not keys[1] & keys[2]
