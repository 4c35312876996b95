"""Figures of a paper's claims: published curves beside measured ones, and sample efficiency."""

from reports.claims.figures.claim_plots import draw_plots

__all__ = ["draw_plots"]
