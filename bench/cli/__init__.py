"""The command line: `monas`. Each command is a thin layer over one function of the suite."""

from bench.cli.main import main

__all__ = ["main"]
