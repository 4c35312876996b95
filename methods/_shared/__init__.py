"""Parts that several methods share: unseen architectures, scaling, dominance, pymoo."""
