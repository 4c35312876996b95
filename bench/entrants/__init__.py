"""Entrants of a comparison, methods and estimators: what each must be, and where it is found."""
