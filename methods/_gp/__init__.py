"""Gaussian processes, and the parts of Bayesian optimisation that several methods share.

From the bottom up: `process` (the posterior), `likelihood` (the marginal likelihood, and fits by
it), `matern` and `categorical` (two kernels and their priors), `transforms` (the scale of an
objective), `acquisition` and `monte_carlo` (exact and sampled acquisition functions), `surrogate`
and its kinds (`matern_surrogates`, `tuned_surrogate`), and `optimise` (maximising an acquisition
function).
"""
