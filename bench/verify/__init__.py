"""Verification of journals: what they say is checked, recomputed, and on request played again."""

from bench.verify.finding import Found, find_journals
from bench.verify.verification import Verified, verify
from bench.verify.writing import write_verdicts

__all__ = ["Found", "Verified", "find_journals", "verify", "write_verdicts"]
