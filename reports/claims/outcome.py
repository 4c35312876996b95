"""What judging a claim gives: a verdict, an estimate with its interval, and a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["VERDICTS", "Estimate", "Missing", "Outcome", "Verdict"]

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
    """What was measured here, and its interval; both ends are the value where nothing varies.

    Attributes
    ----------
    unit : str
        Of all three numbers.
    """

    value: float
    low: float
    high: float
    unit: str

    def written(self, sign: str = "") -> tuple[str, str]:
        """Return value and interval with as many decimals as leave two digits of half its width.

        Parameters
        ----------
        sign : str
            `+` writes one before positive numbers too.
        """
        half = (self.high - self.low) / 2.0
        form = f"{sign}z.6g"  # where nothing varies
        if half > 1e-9 * abs(self.value):
            form = f"{sign}z.{max(0, 1 - math.floor(math.log10(half)))}f"
        return f"{self.value:{form}}", f"[{self.low:{form}}, {self.high:{form}}]"


@dataclass(frozen=True)
class Outcome:
    """The judgement of one claim.

    Attributes
    ----------
    sentence : str
        Says what the verdict rests on.
    estimate : Estimate, optional
        None where nothing was measured.
    repetitions : int, optional
        How many the estimate rests on; None where none were needed.
    command : str, optional
        What makes the results that are missing, in the default folder.
    """

    verdict: Verdict
    sentence: str
    estimate: Estimate | None = None
    repetitions: int | None = None
    command: str | None = None


class Missing(Exception):  # noqa: N818 - a verdict of its own, no error
    """What a rule needs is not there.

    Parameters
    ----------
    reason : str
        What is missing.
    command : str, optional
        What makes it, in the default folder of results.
    """

    def __init__(self, reason: str, command: str | None = None) -> None:
        super().__init__(reason)
        self.command = command
