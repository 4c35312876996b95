"""Figures of one protocol: one module each, drawn alike and saved with the same bytes each time."""

from reports.figures.plots import Plot, draw_plots, save_plots

__all__ = ["Plot", "draw_plots", "save_plots"]
