"""Building and checking of embedded tables."""
