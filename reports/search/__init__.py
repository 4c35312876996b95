"""The report of a search protocol."""
