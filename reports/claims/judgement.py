"""The judgement of a claim: a verdict, an estimate with its interval, and a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["VERDICTS", "Estimate", "Judgement", "MissingEvidence", "Verdict"]

Verdict = Literal[
    "reproduced",
    "not reproduced",
    "not settled",
    "cannot be right as printed",
    "out of reach here",
    "no results",
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True)
class Estimate:
    """A number that was measured here, and its interval.

    Attributes
    ----------
    value : float
    low, high : float
        Ends of the interval; both are the value if nothing varies.
    unit : str
        Of all three numbers.
    """

    value: float
    low: float
    high: float
    unit: str

    def written(self, sign: str = "") -> tuple[str, str]:
        """Return value and interval, with decimals that leave two digits of half its width.

        Parameters
        ----------
        sign : str
            `+` writes a sign before positive numbers too.

        Examples
        --------
        >>> Estimate(1.4123, 1.1987, 1.9021, "times").written()
        ('1.41', '[1.20, 1.90]')
        """
        half = (self.high - self.low) / 2.0
        form = f"{sign}z.6g"  # where nothing varies
        if half > 1e-9 * abs(self.value):
            form = f"{sign}z.{max(0, 1 - math.floor(math.log10(half)))}f"
        return f"{self.value:{form}}", f"[{self.low:{form}}, {self.high:{form}}]"


@dataclass(frozen=True)
class Judgement:
    """The judgement of one claim.

    Attributes
    ----------
    verdict : Verdict
    sentence : str
        The reason for the verdict.
    estimate : Estimate, optional
        None if nothing was measured.
    repetitions : int, optional
        Repetitions behind the estimate; None if none were needed.
    command : str, optional
        Command that makes missing results, in the default folder.
    """

    verdict: Verdict
    sentence: str
    estimate: Estimate | None = None
    repetitions: int | None = None
    command: str | None = None


class MissingEvidence(Exception):  # noqa: N818 - becomes the verdict `no results`, no error
    """Results or tables that a rule needs are missing.

    Parameters
    ----------
    reason : str
        What is missing.
    command : str, optional
        Command that makes it, in the default folder of results.
    """

    def __init__(self, reason: str, command: str | None = None) -> None:
        super().__init__(reason)
        self.command = command
