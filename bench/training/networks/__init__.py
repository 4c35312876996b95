"""Networks of the suite's spaces, and the factory that network estimators draw them from."""
