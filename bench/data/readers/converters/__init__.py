"""One module for each table: from published original files to the suite's columns.

Every module has `convert(files) -> Columns`; `files` maps `<source key>/<name>` to a file whose
sha256 is already checked. Nothing here downloads, imputes or writes.
"""
