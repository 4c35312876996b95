"""Bodies of toy methods, which `method_file` writes into files."""

RANDOM_BODY = """
    def ask(self, n):
        return candidates(self.problem.space.sample(self.problem.rng, n))

    def tell(self, evaluations):
        pass
"""
BAD_BODY = "    def ask(self, n):\n        raise RuntimeError('on purpose')\n    tell = None"
SLOW_BODY = RANDOM_BODY.replace("        pass", "        time.sleep(0.02)")
EMPTY_TELL = "    def tell(self, evaluations):\n        pass"
