"""Readers of original files: pinned sources (`converters`) and what users have (`importers`)."""
