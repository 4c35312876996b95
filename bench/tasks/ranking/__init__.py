"""Ranking tasks: a truth, sets of architectures, and the scores of estimators on them."""
