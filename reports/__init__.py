"""Reports: tables, figures and pages of results, papers' claims, and published numbers.

Numbers come from `bench.results`; nothing is measured here.
"""

from reports.site import build_report

__all__ = ["build_report"]
