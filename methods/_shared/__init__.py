"""Parts that several methods share: archives, unseen architectures, scaling, dominance, pymoo."""
