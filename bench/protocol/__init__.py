"""Protocols: the frozen rules of a comparison, their identity and their lock."""
