"""The reduced CIFAR-100, and how labels are chosen: made data, and the released codes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bench.data import Table
from bench.errors import TrainingError
from bench.training.images.noisy_digits import ImageSet
from bench.training.images.reduced_cifar100 import (
    PUBLISHED_LABELS,
    choose_labels,
    keep_labels,
    mean_embeddings,
    reduced_cifar100,
    split,
)

RNG = np.random.default_rng(3)
PICTURES = RNG.integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)


def test_bytes_become_numbers_blue_first():
    images, labels = split(PICTURES, np.array([0, 1, 1, 0], dtype=np.uint8), classes=2, name="made")
    assert images.shape == (4, 3, 32, 32)
    assert images.dtype == np.float32
    assert labels.dtype == np.int64
    red, green, blue = (PICTURES[..., channel] / 255 for channel in range(3))
    for channel, expected in enumerate((blue, green, red)):
        np.testing.assert_allclose(images[:, channel], expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("pictures", "labels", "said"),
    [
        (
            PICTURES[:, :28],
            [0] * 4,
            r"made images: found uint8 of shape \[4, 28, 32, 3\], expected",
        ),
        (PICTURES.transpose(0, 3, 1, 2), [0] * 4, r"found uint8 of shape \[4, 3, 32, 32\]"),
        (PICTURES / 255, [0] * 4, r"made images: found float64 of shape"),
        (PICTURES, [0] * 3, r"made labels: found int64 of shape \[3\], expected .* \[4\]"),
        (PICTURES, [0.0] * 4, r"made labels: found float64"),
        (PICTURES, [0, 1, 2, 0], r"made labels: 2 at place 2, expected 0 to 1"),
        (PICTURES, [0, -1, 2, 0], r"made labels: -1 at place 1, expected 0 to 1"),
    ],
)
def test_wrong_images_and_labels_are_told(pictures, labels, said):
    with pytest.raises(TrainingError, match=said):
        split(pictures, np.asarray(labels), classes=2, name="made")


def test_the_published_images_are_what_losses_rest_on(real_tables):
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
    # the sea (label 6 by name) is blue, an orange (label 3) is not: the first channel is blue
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


# -- the choice of labels --------------------------------------------------------------------------


def test_mean_embedding_of_each_label():
    images = RNG.random((600, 1, 2, 2)).astype(np.float32)
    labels = RNG.integers(0, 3, 600)
    shown = []

    def embed(some):
        shown.append(len(some))
        return some.reshape(len(some), -1)

    found = mean_embeddings(images, labels, embed, classes=3)
    assert sum(shown) == 600
    assert len(shown) > 1
    for label in range(3):
        np.testing.assert_allclose(
            found[label], images[labels == label].reshape(-1, 4).mean(axis=0), rtol=1e-5
        )


@pytest.mark.parametrize(
    ("embed", "classes", "said"),
    [
        (lambda x: np.zeros((len(x) + 1, 2)), 2, r"embedding of 4 images has shape \[5, 2\]"),
        (lambda x: np.zeros(len(x)), 2, r"has shape \[4\], expected \[4, d\]"),
        (lambda x: np.full((len(x), 2), np.nan), 2, "images 0 and on is not finite"),
        (lambda x: np.zeros((len(x), 2)), 3, "label 2 has no image"),
    ],
)
def test_wrong_embeddings_are_told(embed, classes, said):
    images = np.zeros((4, 1, 2, 2), dtype=np.float32)
    with pytest.raises(TrainingError, match=said):
        mean_embeddings(images, np.array([0, 1, 0, 1]), embed, classes=classes)


def slow_choice(codes, members, centres):
    """Return the label of one cluster by a plain loop."""
    own = codes[members].mean(axis=0)
    others = [c for c in centres if not np.allclose(c, own)]
    return max(members, key=lambda i: sum(np.linalg.norm(codes[i] - c) for c in others))


def test_one_label_of_every_cluster_the_farthest():
    centres = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    groups = [list(range(g, 12, 3)) for g in range(3)]
    codes = np.empty((12, 2))
    for group, centre in zip(groups, centres, strict=True):
        codes[group] = centre + RNG.normal(scale=0.5, size=(4, 2))
    means = [codes[group].mean(axis=0) for group in groups]
    expected = {slow_choice(codes, group, means) for group in groups}
    for seed in range(3):
        assert set(choose_labels(codes, 3, seed=seed)) == expected
    assert choose_labels(codes, 3, seed=1) == choose_labels(codes, 3, seed=1)
    assert sorted(choose_labels(codes, 12, seed=0)) == list(range(12))
    assert len(choose_labels(codes, 1, seed=0)) == 1


@pytest.mark.parametrize(
    ("codes", "r", "said"),
    [
        (np.zeros((3, 2)), 4, "r = 4 labels of 3: expected 1 to 3"),
        (np.zeros((3, 2)), 0, "r = 0 labels of 3"),
        (np.zeros(3), 1, r"shape \[3\], expected \[labels, d\]"),
        (np.full((3, 2), np.inf), 1, "every number finite"),
    ],
)
def test_a_choice_that_cannot_be_made_is_told(codes, r, said):
    with pytest.raises(TrainingError, match=said):
        choose_labels(codes, r, seed=0)


def test_released_codes_give_the_list_of_five_but_not_of_ten(real_originals):
    file = real_originals / "mote-nas" / "labels_code.json"
    if not file.is_file():
        pytest.skip("no codes of labels on this machine")
    named = json.loads(file.read_text(encoding="utf-8"))
    codes = np.array(list(named.values()))

    def chosen(r, seed):
        names = list(named)
        return {names[i].replace("_", "") for i in choose_labels(codes, r, seed=seed)}

    five = {"clock", "poppy", "cockroach", "pickuptruck", "cloud"}
    assert any(chosen(5, seed) == five for seed in range(10))
    assert all(len(chosen(10, seed) & set(PUBLISHED_LABELS)) <= 2 for seed in range(10))


def test_kept_labels_are_numbered_anew():
    pictures = np.arange(8, dtype=np.float32).reshape(8, 1, 1, 1)
    part = (pictures, np.array([0, 1, 2, 3, 0, 1, 2, 3]))
    kept = keep_labels(ImageSet(part, part, part, 4), [3, 1])
    assert kept.classes == 2
    for images, labels in (kept.train, kept.validation, kept.test):
        assert images.ravel().tolist() == [1, 3, 5, 7]
        assert labels.tolist() == [1, 0, 1, 0]
    for wrong in ([1, 1], [0, 4]):
        with pytest.raises(TrainingError, match=r"labels to keep: .* 0 to 3"):
            keep_labels(ImageSet(part, part, part, 4), wrong)
