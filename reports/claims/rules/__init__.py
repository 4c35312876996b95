"""The kinds of rules that judge claims.

A new kind is a class in a module of this folder (its parameters, its description, its `judge`) and
an entry in the union below.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from reports.claims.rules.compared import Difference, Order
from reports.claims.rules.efficient import PublishedEfficiency, SampleEfficiency
from reports.claims.rules.numbers import Arithmetic, Constant, OutOfReach
from reports.claims.rules.ranked import RankOrder, RankValue
from reports.claims.rules.rule import Rule
from reports.claims.rules.run_mean import RunMean
from reports.claims.rules.value import Value

__all__ = ["AnyRule", "Rule"]

AnyRule = Annotated[
    Arithmetic
    | Constant
    | Difference
    | Order
    | OutOfReach
    | PublishedEfficiency
    | RankOrder
    | RankValue
    | RunMean
    | SampleEfficiency
    | Value,
    Field(discriminator="kind"),
]
