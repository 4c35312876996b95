"""Runs: playing methods, measuring estimators, and the journals that keep what happened."""
