"""Bodies of toy methods, as `method_file` writes them into files."""

RANDOM_BODY = """
    def ask(self, n):
        return candidates(self.problem.space.sample(self.problem.rng, n))

    def tell(self, evaluations):
        pass
"""
