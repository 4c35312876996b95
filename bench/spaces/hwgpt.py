"""GPT-S of HW-GPT-Bench: width, depth, bias, and the heads and MLP ratio of each layer.

The choices and the names of architectures are those of Sukthanker et al., "HW-GPT-Bench:
Hardware-Aware Architecture Benchmark for Language Models" (NeurIPS 2024), and of its code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Mask
from bench.errors import SpaceError
from bench.spaces.finite import Architectures, FiniteSpace

__all__ = ["BIAS", "COLUMNS", "EMBED_DIM", "HEADS", "HWGPT", "MLP_RATIO", "N_LAYER"]

EMBED_DIM = (192, 384, 768)
N_LAYER = (10, 11, 12)
BIAS = (False, True)
HEADS = (4, 8, 12)
MLP_RATIO = (2, 3, 4)

_LAYERS = max(N_LAYER)

# The values of each variable's categories, by name; the names are columns of the suite's table.
_CHOICES: dict[str, tuple[int, ...]] = {
    "embed_dim": EMBED_DIM,
    "n_layer": N_LAYER,
    "bias": BIAS,
    **{f"n_head_{layer}": HEADS for layer in range(_LAYERS)},
    **{f"mlp_ratio_{layer}": MLP_RATIO for layer in range(_LAYERS)},
}
COLUMNS = tuple(_CHOICES)

# Each number of heads (4, 8, 12) begins with a different digit, so no separator is needed.
_NAME = re.compile(r"gpt-s-(10|11|12)-(192|384|768)-([234]+)-((?:4|8|12)+)-(True|False)")
_FORM = "gpt-s-LAYERS-WIDTH-RATIOS-HEADS-BIAS, such as gpt-s-10-384-2423323344-4812481248124-True"


class HWGPT(FiniteSpace):
    """GPT-S of HW-GPT-Bench: 27 variables, 18 x 9^12 architectures, fewer distinct ones.

    A network of `n_layer` layers does not use the heads and ratios of later layers. The categories
    of each variable are in ascending order, which is also their order of capacity.

    Examples
    --------
    >>> space = HWGPT()
    >>> space.to_strings([[1, 0, 1] + [0] * 12 + [2] * 10 + [0] * 2])
    ['gpt-s-10-384-4444444444-4444444444-True']
    """

    name = "hwgpt-s"
    cardinalities = tuple(len(choices) for choices in _CHOICES.values())
    capacity_rank = tuple(tuple(range(len(choices))) for choices in _CHOICES.values())

    def to_strings(self, architectures: ArrayLike) -> list[str]:
        """Return `gpt-s-LAYERS-WIDTH-RATIOS-HEADS-BIAS` for each architecture.

        This is the benchmark's name of a canonical architecture; RATIOS and HEADS list the used
        layers only. If an unused layer is not in category 0, all twelve layers are written
        (*ours*), so that `from_strings` returns exactly this architecture.
        """
        checked = self.check(architectures)
        canonical = (checked == self.canonical(checked)).all(axis=1)
        strings = []
        for row, short in zip(checked.tolist(), canonical.tolist(), strict=True):
            layers = N_LAYER[row[1]]
            written = layers if short else _LAYERS
            heads = "".join(str(HEADS[c]) for c in row[3 : 3 + written])
            ratios = "".join(str(MLP_RATIO[c]) for c in row[3 + _LAYERS : 3 + _LAYERS + written])
            strings.append(f"gpt-s-{layers}-{EMBED_DIM[row[0]]}-{ratios}-{heads}-{BIAS[row[2]]}")
        return strings

    def from_strings(self, strings: Sequence[str]) -> Architectures:
        """Return the architectures [n, 27] that these strings name.

        Unused layers that are not written are in category 0.

        Raises
        ------
        SpaceError
            If a string does not have the form above, or if its numbers of ratios and heads are
            neither its number of layers nor twelve.
        """
        rows = []
        for string in strings:
            match = _NAME.fullmatch(string)
            if match is None:
                raise SpaceError(f"not a HW-GPT-Bench GPT-S: {string!r}; expected {_FORM}")
            layers, width, ratio_text, head_text, bias = match.groups()
            ratios = [int(c) for c in ratio_text]
            heads = [int(c) for c in re.findall("4|8|12", head_text)]
            if len(ratios) != len(heads) or len(ratios) not in (int(layers), _LAYERS):
                raise SpaceError(
                    f"not a HW-GPT-Bench GPT-S: {string!r} has {len(ratios)} ratios and "
                    f"{len(heads)} heads; expected {layers} of each, or {_LAYERS}: {_FORM}"
                )
            unused = [0] * (_LAYERS - len(ratios))
            rows.append(
                [EMBED_DIM.index(int(width)), N_LAYER.index(int(layers)), int(bias == "True")]
                + [HEADS.index(h) for h in heads] + unused
                + [MLP_RATIO.index(r) for r in ratios] + unused
            )  # fmt: skip
        return self.check(np.asarray(rows, dtype=np.int8))

    def from_columns(self, columns: Mapping[str, ArrayLike]) -> Architectures:
        """Return the canonical architectures [n, 27] of a table's rows.

        Parameters
        ----------
        columns : mapping of str to array_like [n]
            The columns `COLUMNS`, with values such as the width itself, not its category; other
            columns are ignored, and so are the values of unused layers.

        Raises
        ------
        SpaceError
            If a column is missing, or a used value is not one of its choices.
        """
        missing = [name for name in COLUMNS if name not in columns]
        if missing:
            raise SpaceError(
                f"{self.name}: no column {', '.join(missing)}; expected {', '.join(COLUMNS)}"
            )
        values = np.stack([np.asarray(columns[name]) for name in COLUMNS], axis=1)
        rows = np.full(values.shape, -1, dtype=np.int8)
        for variable, choices in enumerate(_CHOICES.values()):
            for category, choice in enumerate(choices):
                rows[values[:, variable] == choice, variable] = category
        rows[_unused(rows)] = 0
        if (rows < 0).any():
            row, variable = (int(i) for i in np.argwhere(rows < 0)[0])
            raise SpaceError(
                f"{self.name}: row {row} has {values[row, variable]} in {COLUMNS[variable]}; "
                f"expected one of {', '.join(map(str, _CHOICES[COLUMNS[variable]]))}"
            )
        return rows

    def canonical(self, architectures: ArrayLike) -> Architectures:
        """Return the architectures [n, 27] with all unused layers set to category 0."""
        cleared = self.check(architectures).copy()
        cleared[_unused(cleared)] = 0
        return cleared


def _unused(architectures: Architectures) -> Mask:
    """Return [n, 27] which variables belong to layers that the network does not have."""
    layers = np.asarray(N_LAYER)[architectures[:, 1]]
    absent = np.arange(_LAYERS) >= layers[:, None]
    always = np.zeros((len(architectures), 3), dtype=bool)
    return np.concatenate([always, absent, absent], axis=1)
