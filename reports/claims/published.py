"""A number as a paper has it, with what is known of its error."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from reports.claims.measure import student
from reports.claims.outcome import Estimate

__all__ = ["How", "Published", "Strict"]

Floats = NDArray[np.float64]
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
        the released code; `implied` by what it says, such as a number computed from printed ones.
    value : float, optional
        None where the paper says which is better and not by how much.
    unit : str
    error : float
        Of reading or rounding: the value lies within `value` plus or minus it.
    runs : int, optional
        Of how many runs of the paper's own the value is the mean; None if it is no such mean.
    spread : float, optional
        Standard deviation over those runs. Where a mean comes without, the paper's runs are taken
        to vary as ours do.
    """

    how: How
    value: float | None = None
    unit: str = ""
    error: float = Field(default=0.0, ge=0.0)
    runs: int | None = Field(default=None, ge=2)
    spread: float | None = Field(default=None, ge=0.0)

    @model_validator(mode="after")
    def _agree(self) -> Published:
        if self.spread is not None and self.runs is None:
            raise ValueError("a spread is that of runs: how many they were is missing")
        if self.value is None and (self.error or self.runs is not None):
            raise ValueError("error, runs and spread belong to a value, and there is none")
        return self

    @property
    def number(self) -> float:
        """The value; a rule that needs it is not read without (see `Rule.needs_value`)."""
        assert self.value is not None
        return self.value

    def bounds(self) -> tuple[float, float]:
        """Return the ends of what reading or rounding leaves open."""
        return self.number - self.error, self.number + self.error

    def interval(self, ours: Floats) -> tuple[float, float]:
        """Return the ends of the published mean's own 95 % interval, its error added.

        Parameters
        ----------
        ours : array [n]
            What our runs gave: their spread is lent where the paper has none.
        """
        half = self.error + self._deviation(ours)
        return self.number - half, self.number + half

    def exceeded_by(self, estimate: Estimate, ours: Floats) -> Estimate:
        """Return by how much our mean exceeds the published one, which is independent of it.

        The two intervals' half-widths are joined in quadrature, as in Zou and Donner, 2008,
        "Construction of confidence limits about effect measures"; the error of reading or
        rounding is added to both ends.
        """
        value, deviation = estimate.value - self.number, self._deviation(ours)
        below = math.hypot(estimate.value - estimate.low, deviation) + self.error
        above = math.hypot(estimate.high - estimate.value, deviation) + self.error
        return Estimate(value, value - below, value + above, estimate.unit)

    def _deviation(self, ours: Floats) -> float:
        """Return the half-width of Student's 95 % interval of the mean over the paper's runs."""
        assert self.runs is not None  # see `Rule.beside_a_mean`
        if self.spread is not None:
            return student(self.spread, self.runs, mean_of=self.runs)
        return student(float(ours.std(ddof=1)), len(ours), mean_of=self.runs)
