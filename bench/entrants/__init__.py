"""Entrants of a comparison, methods and estimators: their interfaces, settings and registry."""
