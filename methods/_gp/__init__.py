"""Gaussian processes and acquisition functions that methods share."""
