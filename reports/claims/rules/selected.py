"""A rule on what runs select and what they spend, beside the mean of some runs of a paper."""

from __future__ import annotations

from typing import Literal

from reports.claims.evidence import Evidence
from reports.claims.measure import require_runs, student
from reports.claims.outcome import Estimate, Missing, Outcome, Verdict
from reports.claims.published import Floats, Published
from reports.claims.rules.base import Rule, doubt, few, on_equal
from reports.rendering.display import count_of

__all__ = ["RunMean"]


class RunMean(Rule):
    """The mean over runs of one number of theirs is what a paper gives, or no more than that.

    Attributes
    ----------
    column : str
        Of the protocol's frame of runs, such as `selected_error` or `simulated_seconds`.
    less_from : float, optional
        What the column is subtracted from: 100 makes an error an accuracy.
    expect : {"equal", "at most"}
        Whether the published number is the mean of the paper's runs, or a bound.
    """

    says = (
        "the mean over runs of one number beside the paper's mean of its own runs; where that "
        "comes without a spread, the paper's runs are taken to vary as ours do. Their difference "
        "gets an interval of both together: not reproduced if it excludes 0, reproduced if one of "
        "the two means' own intervals holds the other mean. Where the claim is a bound: reproduced "
        "if our interval lies below it, not reproduced if above"
    )
    interval = "Student's, of our mean over runs"
    needs_value = True

    kind: Literal["run-mean"]
    protocol: str
    method: str
    column: str
    less_from: float | None = None
    expect: Literal["equal", "at most"] = "equal"

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, in words."""
        return f"{self.protocol}: {self.column} of {self.method}"

    @property
    def beside_a_mean(self) -> bool:
        """Whether a published number is a mean of runs, of which it must be known how many."""
        return self.expect == "equal"

    def judge(self, published: Published, evidence: Evidence) -> Outcome:
        """Return the verdict on the mean."""
        values = self._values(evidence)
        count, mean = len(values), float(values.mean())
        spread = float((values - values[0]).std(ddof=1))  # exactly 0 where all are the same
        half = student(spread, count, mean_of=count)
        estimate = Estimate(mean, mean - half, mean + half, published.unit)
        said = f"mean of {count} runs with a standard deviation of {spread:.3g}"
        if self.expect == "at most":
            doubts = few(count)
            verdict = _on_bound(estimate, published.bounds()[1])
            within = int((values <= published.number).sum())
            said += f"; {count_of(within, count)} runs stay within the bound"
        else:
            doubts = doubt(published, values)
            verdict = on_equal(estimate, published, values)
            beyond = " ".join(published.exceeded_by(estimate, values).written("+"))
            said += f", {beyond} beside the published mean of {published.runs} runs"
        return Outcome("not settled" if doubts else verdict, f"{said}{doubts}", estimate, count)

    def _values(self, evidence: Evidence) -> Floats:
        """Return the number of each of our runs [n].

        Raises
        ------
        Missing
            If runs have no such number, or there are too few.
        """
        frame = evidence.searches(self.protocol, self.method).frame()
        if self.column not in frame:
            raise Missing(f"runs of {self.protocol} have no {self.column!r}")
        values: Floats = frame.loc[frame.method == self.method, self.column].to_numpy(float)
        require_runs(len(values), f"finished run of {self.method} under {self.protocol}")
        return values if self.less_from is None else self.less_from - values


def _on_bound(estimate: Estimate, bound: float) -> Verdict:
    if estimate.high <= bound:
        return "reproduced"
    return "not reproduced" if estimate.low > bound else "not settled"
