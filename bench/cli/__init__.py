"""The command line: `monas`. Each command is a thin layer over functions of the suite."""

from bench.cli.main import main

__all__ = ["main"]
