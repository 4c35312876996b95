"""What papers claim, as data, and what the suite's results make of it."""

from reports.claims.evidence import Evidence
from reports.claims.files import record_names
from reports.claims.outcome import VERDICTS, Estimate, Missing, Outcome, Verdict
from reports.claims.published import Published
from reports.claims.record import Claim, Paper, load_paper

__all__ = [
    "VERDICTS",
    "Claim",
    "Estimate",
    "Evidence",
    "Missing",
    "Outcome",
    "Paper",
    "Published",
    "Verdict",
    "load_paper",
    "record_names",
]
