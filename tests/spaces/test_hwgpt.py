"""GPT-S of HW-GPT-Bench: names, columns, unused layers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import SpaceError
from bench.spaces import HWGPT
from bench.spaces.hwgpt import BIAS, COLUMNS, EMBED_DIM, HEADS, MLP_RATIO, N_LAYER

SPACE = HWGPT()
seeds = st.integers(0, 2**32 - 1)


def _draw(seed, n=8):
    return SPACE.sample(np.random.default_rng(seed), n)


def _columns(architectures):
    """Return a table's columns for these architectures, unused layers included."""
    choices = [EMBED_DIM, N_LAYER, BIAS, *[HEADS] * 12, *[MLP_RATIO] * 12]
    variables = zip(*architectures, strict=True)
    return {
        name: np.array([values[category] for category in categories])
        for name, values, categories in zip(COLUMNS, choices, variables, strict=True)
    }


def test_size():
    assert SPACE.size == 3 * 3 * 2 * 9**12
    assert SPACE.variables == len(COLUMNS) == 27


def test_name_of_a_known_architecture():
    name = "gpt-s-10-384-2423323344-4812481248124-True"
    heads, ratios = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0], [0, 2, 0, 1, 1, 0, 1, 1, 2, 2]
    expected = [1, 0, 1, *heads, 0, 0, *ratios, 0, 0]
    assert SPACE.from_strings([name])[0].tolist() == expected
    assert SPACE.to_strings([expected]) == [name]


def test_unused_layers_are_written_if_they_are_not_zero():
    architecture = [0, 1, 0, *[0] * 11, 2, *[1] * 11, 1]
    name = SPACE.to_strings([architecture])[0]
    assert name == "gpt-s-11-192-333333333333-4444444444412-False"
    assert SPACE.from_strings([name])[0].tolist() == architecture
    short = SPACE.to_strings(SPACE.canonical([architecture]))[0]
    assert short == "gpt-s-11-192-33333333333-44444444444-False"


@pytest.mark.parametrize(
    ("string", "message"),
    [
        ("", "not a HW-GPT-Bench GPT-S: ''; expected gpt-s-LAYERS-WIDTH"),
        ("gpt-m-10-384-2222222222-4444444444-True", "expected gpt-s-LAYERS-WIDTH"),
        ("gpt-s-9-384-222222222-444444444-True", "expected gpt-s-LAYERS-WIDTH"),
        ("gpt-s-10-384-2222222222-4444444444-yes", "expected gpt-s-LAYERS-WIDTH"),
        ("gpt-s-10-384-2222222222-444444444-True", "10 ratios and 9 heads; expected 10 of each"),
        ("gpt-s-10-384-22222222222-44444444444-True", "11 ratios and 11 heads; expected 10"),
        ("gpt-s-10-384-2222222222-444444444412-True\n", "expected gpt-s-LAYERS-WIDTH"),
    ],
)
def test_invalid_names_are_refused(string, message):
    with pytest.raises(SpaceError, match=message):
        SPACE.from_strings([string])


@given(seeds)
def test_exactly_the_variables_of_absent_layers_are_ignored(seed):
    for architecture in _draw(seed, 3):
        layers = 10 + architecture[1]
        absent = [v for first in (3, 15) for v in range(first + layers, first + 12)]
        around = SPACE.neighbours(architecture)
        changed = (around != architecture).argmax(axis=1)
        same = (SPACE.canonical(around) == SPACE.canonical([architecture])).all(axis=1)
        assert np.array_equal(same, np.isin(changed, absent))


@given(seeds)
def test_architectures_are_read_from_columns(seed):
    drawn = _draw(seed)
    assert np.array_equal(SPACE.from_columns(_columns(drawn)), SPACE.canonical(drawn))


def test_values_of_absent_layers_are_ignored():
    columns = _columns([[0] * 27])
    assert columns["n_layer"][0] == 10
    columns["n_head_11"] = np.array([np.nan])
    columns["mlp_ratio_10"] = np.array([99])
    assert SPACE.from_columns(columns).tolist() == [[0] * 27]


def test_missing_columns_and_unknown_values_are_refused():
    columns = _columns(_draw(0))
    columns["embed_dim"] = np.where(np.arange(8) == 5, 256, columns["embed_dim"])
    with pytest.raises(SpaceError, match="row 5 has 256 in embed_dim; expected one of 192, 384"):
        SPACE.from_columns(columns)
    del columns["bias"]
    with pytest.raises(SpaceError, match="hwgpt-s: no column bias; expected embed_dim, n_layer"):
        SPACE.from_columns(columns)


def test_the_published_sample_has_10000_distinct_architectures(real_tables):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(real_tables / "hwgpt_s.parquet", columns=list(COLUMNS))
    columns = {name: table[name].to_numpy() for name in COLUMNS}
    architectures = SPACE.from_columns(columns)
    assert len(set(SPACE.class_keys(architectures))) == len(architectures) == 10000
    assert len(np.unique(SPACE.index(architectures))) == 10000

    back = _columns(architectures)
    for name in COLUMNS:
        layer = int(name.rsplit("_", 1)[1]) if name[-1].isdigit() else -1
        used = columns["n_layer"] > layer
        assert np.array_equal(back[name][used], columns[name][used])
    for row, string in enumerate(SPACE.to_strings(architectures[:200])):
        layers = columns["n_layer"][row]
        ratios = "".join(str(columns[f"mlp_ratio_{i}"][row]) for i in range(layers))
        heads = "".join(str(columns[f"n_head_{i}"][row]) for i in range(layers))
        width, bias = columns["embed_dim"][row], columns["bias"][row]
        assert string == f"gpt-s-{layers}-{width}-{ratios}-{heads}-{bias}"
