"""Rules on rank correlations of estimators, compared with a number or with each other."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from bench.errors import DataMissingError, NoResultsError
from bench.protocol import load_ranking_protocol, released_protocols
from bench.results.ranking import RankingResults, SetResult, load_ranking_results
from reports.claims.evidence import Evidence
from reports.claims.judgement import Estimate, Judgement, MissingEvidence, Verdict
from reports.claims.measure import require_runs, student
from reports.claims.published_number import PublishedNumber
from reports.claims.rules.rule import Rule

__all__ = ["RankOrder", "RankValue", "ranking_results"]

_UNIT = "Kendall tau"


def ranking_results(name: str, folder: Path) -> RankingResults:
    """Return the recomputed results of a ranking protocol.

    Parameters
    ----------
    name : str
        Of the protocol.
    folder : Path
        Of the journals.

    Raises
    ------
    MissingEvidence
        If there is no such protocol, a table is missing, or no entry is finished.
    """
    if name not in released_protocols("ranking"):
        raise MissingEvidence(f"the suite has no ranking protocol {name}")
    protocol = load_ranking_protocol(name)
    try:
        protocol.require_tables()
        return load_ranking_results(protocol, folder)
    except DataMissingError as error:
        raise MissingEvidence(str(error)) from None
    except NoResultsError:
        raise MissingEvidence(
            f"no finished entry of {protocol.label}", f"monas run {name}"
        ) from None


def _found(evidence: Evidence, protocol: str, cells: str, entry: str) -> SetResult:
    results = evidence.load(protocol, ranking_results)
    for each in results.entries:
        if each.label == entry and cells in each.sets:
            return each.sets[cells]
    raise MissingEvidence(
        f"no finished entry {entry!r} on the set {cells!r} of {protocol}", f"monas run {protocol}"
    )


class RankValue(Rule):
    """An entry's Kendall tau over a whole set of cells is the published one.

    Attributes
    ----------
    protocol : str
    entry : str
        Label of the protocol's entry.
    cells : str
        Name of the protocol's set of cells.
    on_a_subset : bool
        Whether the published number is that of a subset, or of unknown cells.
    """

    explanation = (
        "Kendall tau over a whole set of cells, without chance, compared with a published number. "
        "Reproduced if the two agree within the published rounding or, if the published number "
        "was or may have been measured on a subset, if it is within the 95 % interval of tau over "
        "random subsets; else not reproduced"
    )
    interval = "quantiles of tau over random subsets"
    needs_value = True

    kind: Literal["rank-value"]
    protocol: str
    entry: str
    cells: str = "all"
    on_a_subset: bool = False

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, as text."""
        return f"{self.protocol}: {_UNIT} of {self.entry}, {self.cells}"

    def judge(self, published: PublishedNumber, evidence: Evidence) -> Judgement:
        """Return the judgement of one tau."""
        found = _found(evidence, self.protocol, self.cells, self.entry)
        estimate = Estimate(found.tau, found.low, found.high, _UNIT)
        low, high = published.bounds()
        agrees = low <= found.tau <= high
        if self.on_a_subset:
            agrees = agrees or (found.low <= high and low <= found.high)
        verdict: Verdict = "reproduced" if agrees else "not reproduced"
        return Judgement(
            verdict,
            f"over {found.architectures:,} cells {self.entry} has tau {found.tau:.3f}, "
            f"{found.tau - published.number:+.3f} from the published value; the interval is that "
            f"of random subsets",
            estimate,
        )


class RankOrder(Rule):
    """An entry orders cells better than each of several others.

    Attributes
    ----------
    protocol : str
    better : str
        Label of the entry that is claimed to be better.
    worse : tuple of str
        Labels of the others.
    cells : str
        Name of the protocol's set of cells.
    """

    explanation = (
        "the differences of Kendall tau between one entry and each of several others, over the "
        "whole set; the smallest is shown. Each has Student's interval of the same difference over "
        "random subsets, taken in pairs, its level corrected for the number of the others "
        "(Bonferroni). Reproduced if all are above 0 (above the claimed size, if there is one), "
        "not reproduced if one is below, else not settled"
    )
    interval = (
        "Student's, of the difference over random subsets; wider than 95 % if there are several"
    )

    kind: Literal["rank-order"]
    protocol: str
    better: str
    worse: tuple[str, ...] = Field(min_length=1)
    cells: str = "all"

    @property
    def tested_by(self) -> str:
        """The protocol and the indicator that test the claim, as text."""
        return f"{self.protocol}: {_UNIT} of {self.better} less that of {', '.join(self.worse)}"

    def judge(self, published: PublishedNumber, evidence: Evidence) -> Judgement:
        """Return the judgement of all differences."""
        first = _found(evidence, self.protocol, self.cells, self.better)
        others = {w: _found(evidence, self.protocol, self.cells, w) for w in self.worse}
        leads = {w: self._lead(first, other, w) for w, other in others.items()}
        least = 0.0 if published.value is None else published.bounds()[0]
        verdict: Verdict = "not settled"
        if any(lead.high < least for lead in leads.values()):
            verdict = "not reproduced"
        elif all(lead.low > least for lead in leads.values()):
            verdict = "reproduced"
        listed = ", ".join(
            f"{name} ({others[name].tau:.3f}) {lead.value:+.3f} [{lead.low:+.3f}, {lead.high:+.3f}]"
            for name, lead in leads.items()
        )
        return Judgement(
            verdict,
            f"over {first.architectures:,} cells {self.better} has tau {first.tau:.3f}; its lead "
            f"over {listed}",
            min(leads.values(), key=lambda lead: lead.value),
        )

    def _lead(self, first: SetResult, other: SetResult, name: str) -> Estimate:
        """Return the difference of two taus, its interval corrected for the number of others."""
        differences = first.subsets - other.subsets
        known = differences[np.isfinite(differences)]
        require_runs(len(known), f"random subset where both {self.better} and {name} have a tau")
        level = 1.0 - 0.05 / len(self.worse)
        half = student(float(known.std(ddof=1)), len(known), level=level)
        value = first.tau - other.tau
        return Estimate(value, value - half, value + half, _UNIT)
