"""MONAS Bench: trustworthy comparison of multi-objective neural architecture search."""

__all__ = ["__version__"]

__version__ = "0.1.0"
