"""Reports: tables and figures of what was measured, as pages anybody can open.

Numbers come from `bench.results.search`; nothing is measured here.
"""

from reports.site import build_report

__all__ = ["build_report"]
