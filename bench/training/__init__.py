"""Image sets, networks, the trainer, and the building of the embedded tables.

Modules that need torch import it; this package does not.
"""

__all__: list[str] = []
