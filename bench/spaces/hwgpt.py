"""HW-GPT-Bench, GPT-S: width, depth and bias of a transformer, heads and MLP ratio of each layer.

The choices and the name of an architecture are those of Sukthanker et al., "HW-GPT-Bench:
Hardware-Aware Architecture Benchmark for Language Models" (NeurIPS 2024) and of its code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.errors import SpaceError
from bench.spaces.finite import Architectures, FiniteSpace

__all__ = ["BIAS", "COLUMNS", "EMBED_DIM", "HEADS", "HWGPT", "MLP_RATIO", "N_LAYER"]

EMBED_DIM = (192, 384, 768)
N_LAYER = (10, 11, 12)
BIAS = (False, True)
HEADS = (4, 8, 12)
MLP_RATIO = (2, 3, 4)

_LAYERS = max(N_LAYER)

# Name of each variable, in order, and what its categories stand for. The names are those of the
# columns of the suite's table.
_CHOICES: dict[str, tuple[int, ...]] = {
    "embed_dim": EMBED_DIM,
    "n_layer": N_LAYER,
    "bias": BIAS,
    **{f"n_head_{layer}": HEADS for layer in range(_LAYERS)},
    **{f"mlp_ratio_{layer}": MLP_RATIO for layer in range(_LAYERS)},
}
COLUMNS = tuple(_CHOICES)

# A head count begins with a digit of its own (4, 8, 1), so that their text needs no separator.
_NAME = re.compile(r"gpt-s-(10|11|12)-(192|384|768)-([234]+)-((?:4|8|12)+)-(True|False)")
_FORM = "gpt-s-LAYERS-WIDTH-RATIOS-HEADS-BIAS, such as gpt-s-10-384-2423323344-4812481248124-True"


class HWGPT(FiniteSpace):
    """GPT-S of HW-GPT-Bench: 27 variables, 18 x 9^12 architectures, fewer distinct ones.

    A network of `n_layer` layers does not use the heads and ratios of later layers. The categories
    of every variable are in ascending order, which is also their order of capacity.

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

        This is the benchmark's own name of a canonical architecture: ratios and heads of the
        layers there are, one after the other. Where an unused entry is not category 0, all twelve
        entries are written (*ours*), so that the string gives back exactly this architecture.
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
        """Return the architectures [n, 27] that these strings name; unused entries not written: 0.

        Raises
        ------
        SpaceError
            If a string does not have the form above, or holds neither as many ratios and heads as
            layers nor twelve of each.
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
            At least `COLUMNS`, holding widths, numbers of layers, ... as they are. What stands in
            the entries of unused layers does not matter.

        Raises
        ------
        SpaceError
            If a column is missing, or a used value is none of its choices.
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
        """Return each architecture [n, 27] with the entries of unused layers set to category 0."""
        cleared = self.check(architectures).copy()
        cleared[_unused(cleared)] = 0
        return cleared


def _unused(architectures: Architectures) -> NDArray[np.bool_]:
    """Tell [n, 27] which entries belong to a layer that the network does not have."""
    layers = np.asarray(N_LAYER)[architectures[:, 1]]
    absent = np.arange(_LAYERS) >= layers[:, None]
    always = np.zeros((len(architectures), 3), dtype=bool)
    return np.concatenate([always, absent, absent], axis=1)
