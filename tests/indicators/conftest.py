"""Hypothesis without deadlines: the slow twins are slow on purpose."""

from hypothesis import settings

settings.register_profile("indicators", deadline=None, max_examples=80)
settings.load_profile("indicators")
