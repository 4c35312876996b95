"""MOTE's choice of labels: embeddings, clusters, and the released codes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bench.errors import TrainingError
from bench.training.images.image_set import ImageSet
from bench.training.images.reduced_cifar100 import PUBLISHED_LABELS
from methods.mote.training.labels import choose_labels, keep_labels, mean_embeddings

RNG = np.random.default_rng(3)


def test_the_mean_embedding_of_each_label():
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
    ("embed", "classes", "message"),
    [
        (lambda x: np.zeros((len(x) + 1, 2)), 2, r"embedding of 4 images has shape \[5, 2\]"),
        (lambda x: np.zeros(len(x)), 2, r"has shape \[4\], expected \[4, d\]"),
        (lambda x: np.full((len(x), 2), np.nan), 2, "images 0 and on is not finite"),
        (lambda x: np.zeros((len(x), 2)), 3, "label 2 has no image"),
    ],
)
def test_wrong_embeddings_are_refused(embed, classes, message):
    images = np.zeros((4, 1, 2, 2), dtype=np.float32)
    with pytest.raises(TrainingError, match=message):
        mean_embeddings(images, np.array([0, 1, 0, 1]), embed, classes=classes)


def slow_choice(codes, members, centres):
    """Return the chosen label of one cluster, computed in a plain loop."""
    own = codes[members].mean(axis=0)
    others = [c for c in centres if not np.allclose(c, own)]
    return max(members, key=lambda i: sum(np.linalg.norm(codes[i] - c) for c in others))


def test_the_farthest_label_of_every_cluster_is_chosen():
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
    ("codes", "r", "message"),
    [
        (np.zeros((3, 2)), 4, "r = 4 labels of 3: expected 1 to 3"),
        (np.zeros((3, 2)), 0, "r = 0 labels of 3"),
        (np.zeros(3), 1, r"shape \[3\], expected \[labels, d\]"),
        (np.full((3, 2), np.inf), 1, "every number finite"),
    ],
)
def test_an_impossible_choice_is_refused(codes, r, message):
    with pytest.raises(TrainingError, match=message):
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


def test_kept_labels_are_renumbered():
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
