"""A rule on the mean of a number over runs, such as the selected error or the seconds spent."""

from __future__ import annotations

from typing import Literal

from bench.arrays import Floats
from reports.claims.evidence import Evidence
from reports.claims.judgement import Estimate, Judgement, MissingEvidence, Verdict
from reports.claims.measure import require_runs, student
from reports.claims.published_number import PublishedNumber
from reports.claims.rules.rule import Rule, doubt, few_runs, judge_equal
from reports.rendering.display import count_of

__all__ = ["RunMean"]


class RunMean(Rule):
    """The mean of a number over runs is the published one, or not above it.

    Attributes
    ----------
    protocol, method : str
    column : str
        Column of the frame of runs, such as `selected_error` or `simulated_seconds`.
    less_from : float, optional
        Number from which the column is subtracted: 100 turns an error into an accuracy.
    expect : {"equal", "at most"}
        Whether the published number is the mean of the paper's runs, or a bound.
    """

    explanation = (
        "the mean of a number over runs, compared with the paper's mean of its own runs; if that "
        "has no spread, the paper's runs are assumed to vary as ours do. The interval of the "
        "difference combines both: not reproduced if it excludes 0, reproduced if the interval of "
        "one mean contains the other mean. If the claim is a bound: reproduced if our interval is "
        "below it, not reproduced if it is above"
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
        """The protocol and the indicator that test the claim, as text."""
        return f"{self.protocol}: {self.column} of {self.method}"

    @property
    def compares_means(self) -> bool:
        """Whether the published number is a mean of runs, so that their number must be known."""
        return self.expect == "equal"

    def judge(self, published: PublishedNumber, evidence: Evidence) -> Judgement:
        """Return the judgement of the mean."""
        values = self._values(evidence)
        count, mean = len(values), float(values.mean())
        spread = float((values - values[0]).std(ddof=1))  # exactly 0 where all are the same
        half = student(spread, count, mean_of=count)
        estimate = Estimate(mean, mean - half, mean + half, published.unit)
        sentence = f"mean of {count} runs with a standard deviation of {spread:.3g}"
        if self.expect == "at most":
            doubts = few_runs(count)
            verdict = _on_bound(estimate, published.bounds()[1])
            within = int((values <= published.number).sum())
            sentence += f"; {count_of(within, count)} runs are within the bound"
        else:
            doubts = doubt(published, values)
            verdict = judge_equal(estimate, published, values)
            beyond = " ".join(published.exceeded_by(estimate, values).written("+"))
            sentence += f", {beyond} from the published mean of {published.runs} runs"
        return Judgement(
            "not settled" if doubts else verdict, f"{sentence}{doubts}", estimate, count
        )

    def _values(self, evidence: Evidence) -> Floats:
        """Return the number of each of our runs [n]."""
        frame = evidence.searches(self.protocol, self.method).frame()
        if self.column not in frame:
            raise MissingEvidence(f"runs of {self.protocol} have no {self.column!r}")
        values: Floats = frame.loc[frame.method == self.method, self.column].to_numpy(float)
        require_runs(len(values), f"finished run of {self.method} under {self.protocol}")
        return values if self.less_from is None else self.less_from - values


def _on_bound(estimate: Estimate, bound: float) -> Verdict:
    if estimate.high <= bound:
        return "reproduced"
    return "not reproduced" if estimate.low > bound else "not settled"
