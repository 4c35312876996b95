"""A rule on what runs select and what they spend, beside the mean of some runs of a paper."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from pydantic import Field

from reports.claims.evidence import Evidence
from reports.claims.measure import LEAST
from reports.claims.outcome import Estimate, Missing, Outcome, Verdict
from reports.claims.published import Published
from reports.claims.rules.base import Rule

__all__ = ["RunMean"]

_Z = 1.959964


class RunMean(Rule):
    """The mean over runs of one number of theirs is what a paper gives as the mean of its runs.

    Attributes
    ----------
    column : str
        Of the protocol's frame of runs, such as `selected_error` or `simulated_seconds`.
    less_from : float, optional
        What the column is subtracted from: 100 makes an error an accuracy.
    expect : {"equal", "at most"}
    runs : int
        How many runs the paper's mean is of; it gives no spread, so theirs is taken to be ours.
    """

    says = (
        "the mean over runs of one number beside the paper's mean of its own runs, which comes "
        "without a spread: theirs is taken to vary as ours do. Reproduced if the two means differ "
        "by no more than chance gives in 95 % of cases, not reproduced otherwise; or, where the "
        "claim is a bound, reproduced if our interval lies below it"
    )
    needs_value = True

    kind: Literal["run-mean"]
    protocol: str
    method: str
    column: str
    less_from: float | None = None
    expect: Literal["equal", "at most"] = "equal"
    runs: int = Field(default=10, ge=1)

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, in words."""
        return f"{self.protocol}: {self.column} of {self.method}"

    def judge(self, published: Published, evidence: Evidence) -> Outcome:
        """Return the verdict on the mean."""
        results = evidence.searches(self.protocol, self.method)
        frame = results.frame()
        if self.column not in frame:
            raise Missing(f"runs of {self.protocol} have no {self.column!r}")
        values = frame.loc[frame.method == self.method, self.column].to_numpy(float)
        if self.less_from is not None:
            values = self.less_from - values
        mean, deviation, n = float(values.mean()), float(values.std(ddof=1)), len(values)
        half = _Z * deviation / math.sqrt(n)
        estimate = Estimate(mean, mean - half, mean + half, published.unit)
        chance = _Z * deviation * math.sqrt(1.0 / n + 1.0 / self.runs) + published.error
        if n < LEAST:
            verdict: Verdict = "not settled"
        elif self.expect == "at most":
            bound = published.number + published.error
            verdict = "not settled"
            if estimate.high <= bound:
                verdict = "reproduced"
            elif estimate.low > bound:
                verdict = "not reproduced"
        else:
            verdict = "reproduced" if abs(mean - published.number) <= chance else "not reproduced"
        share = float(np.mean(values >= published.number))
        return Outcome(
            verdict,
            f"mean of {n} runs {mean:.4g} (standard deviation of a run {deviation:.3g}), "
            f"{mean - published.number:+.3g} beside the published value; {100 * share:.0f} % of "
            f"the runs reach it; a mean of {self.runs} runs varies by {chance:.3g}",
            estimate,
            n,
        )
