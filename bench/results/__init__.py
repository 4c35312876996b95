"""Results: what journals say, with everything that can be recomputed computed again."""
