"""Known facts about tables, and the check that a table agrees with them."""
