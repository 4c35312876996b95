"""Claims of papers, as data, and their judgement by the suite's results."""

from reports.claims.evidence import Evidence
from reports.claims.judgement import VERDICTS, Estimate, Judgement, MissingEvidence, Verdict
from reports.claims.published_number import PublishedNumber
from reports.claims.record import Claim, Paper, load_paper
from reports.claims.record_files import record_names

__all__ = [
    "VERDICTS",
    "Claim",
    "Estimate",
    "Evidence",
    "Judgement",
    "MissingEvidence",
    "Paper",
    "PublishedNumber",
    "Verdict",
    "load_paper",
    "record_names",
]
