"""Figures of a search protocol."""

from reports.search.figures.drawing import draw_plots

__all__ = ["draw_plots"]
