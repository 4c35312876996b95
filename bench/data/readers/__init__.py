"""Readers of original files: pinned sources (`converters`) and users' own (`importers`)."""
