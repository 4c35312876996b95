"""Everything trained: image sets, networks, the trainer, the building of the embedded table.

torch is imported by the modules that need it, never by this package.
"""

__all__: list[str] = []
