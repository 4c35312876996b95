"""A number as a paper has it, with what is known of its error."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reports.claims.outcome import Estimate

__all__ = ["How", "Published", "Strict"]

How = Literal["printed", "measured from a figure", "secondary", "implied"]


class Strict(BaseModel):
    """Base of whatever is read from a record: unknown keys are errors, nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Published(Strict):
    """What a paper says, as a number where it gives one.

    Attributes
    ----------
    how : str
        `printed` in the paper; `measured from a figure` of it; `secondary`, from another text or
        the released code; `implied` by what it says.
    value : float, optional
        None where the paper says which is better and not by how much.
    unit : str
    error : float
        Of reading or rounding: the value lies within `value` plus or minus it.
    spread, runs
        Standard deviation over the paper's own runs, and how many they were.
    """

    how: How
    value: float | None = None
    unit: str = ""
    error: float = Field(default=0.0, ge=0.0)
    spread: float | None = Field(default=None, ge=0.0)
    runs: int | None = Field(default=None, ge=2)

    @model_validator(mode="after")
    def _agree(self) -> Published:
        if (self.spread is None) != (self.runs is None):
            raise ValueError("spread and runs are given together or not at all")
        if self.value is None and (self.error or self.spread is not None):
            raise ValueError("error and spread belong to a value, and there is none")
        return self

    @property
    def number(self) -> float:
        """The value; a rule that needs it is not read without (see `Rule.needs_value`)."""
        assert self.value is not None
        return self.value

    @property
    def deviation(self) -> float:
        """Half-width of Student's 95 % interval of the mean over the paper's runs; 0 if unknown."""
        if self.spread is None or self.runs is None:
            return 0.0
        from scipy import stats

        return float(stats.t.ppf(0.975, self.runs - 1)) * self.spread / math.sqrt(self.runs)

    def bounds(self) -> tuple[float, float]:
        """Return the ends of the published value's own 95 % interval, its error added."""
        half = self.error + self.deviation
        return self.number - half, self.number + half

    def exceeded_by(self, ours: Estimate) -> Estimate:
        """Return by how much an independent estimate exceeds the published value.

        The two intervals' half-widths are joined in quadrature, as in Zou and Donner, 2008,
        "Construction of confidence limits about effect measures"; the error of reading or
        rounding is added to both ends.
        """
        value = ours.value - self.number
        below = math.hypot(ours.value - ours.low, self.deviation) + self.error
        above = math.hypot(ours.high - ours.value, self.deviation) + self.error
        return Estimate(value, value - below, value + above, ours.unit)
