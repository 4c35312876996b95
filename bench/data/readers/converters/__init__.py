"""Converters of published original files into the suite's columns, one module for each table.

Every module has `convert(files) -> Columns`; `files` maps `<source key>/<name>` to a file whose
sha256 is already checked. No converter downloads, imputes or writes.
"""
