"""Embedded tables: building, checking and describing them."""
