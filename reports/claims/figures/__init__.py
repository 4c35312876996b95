"""Figures of a paper's claims: published curves beside measured ones."""

from reports.claims.figures.content import draw_plots

__all__ = ["draw_plots"]
