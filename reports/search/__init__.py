"""Reports of searches: leaderboard, targets, what is selected, figures, and their page."""
