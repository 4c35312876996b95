"""Ranking tasks: the truth that estimators are held against, and where their scores come from."""
