"""The look of reports: pages, templates, numbers as text, figure style, saving."""
