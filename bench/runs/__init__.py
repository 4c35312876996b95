"""Runs: played methods and measured estimators, their journals, and sweeps of many runs."""
