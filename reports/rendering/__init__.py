"""How reports look: templates, numbers, figure style, files."""
