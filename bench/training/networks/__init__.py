"""Networks of the suite's spaces, and the network factory that estimators get them from."""
