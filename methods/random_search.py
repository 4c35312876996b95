"""Random search, the baseline that every other method has to beat."""

from __future__ import annotations

from collections.abc import Sequence

from bench.method import Candidate, Evaluation, Method, Problem, candidates
from methods._shared.unseen import Unseen

__all__ = ["RandomSearch"]


class RandomSearch(Method):
    """Ask for uniformly drawn architectures, each isomorphism class once.

    *ours*: the draw is uniform over encodings, as a user who knows nothing of isomorphism would
    draw, but an encoding whose class was already evaluated is drawn again, because its answer is
    known. So a class with many encodings comes earlier than one with few. Once every class of a
    small space was asked for, the rest of the budget repeats random ones.
    """

    name = "random"
    source = "Bergstra and Bengio, JMLR 13, 2012; Li and Talwalkar, arXiv 1902.07638 (UAI 2019)"
    summary = "uniform sampling without replacement"
    spaces = ("finite", "box")

    def __init__(self, problem: Problem, **settings: object) -> None:
        super().__init__(problem, **settings)
        self._unseen = Unseen(problem.space)

    def ask(self, n: int) -> Sequence[Candidate]:
        """Return n random architectures of unseen classes."""
        drawn = self._unseen.sample(self.problem.rng, n)
        self._unseen.remove(drawn)
        return candidates(drawn)

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Note what was evaluated; the objectives have no influence."""
        self._unseen.remove([e.candidate.architecture for e in evaluations])
