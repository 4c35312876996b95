"""The base of methods that make one generation of candidates at a time."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Sequence
from typing import Any

from bench.method import Candidate, Method, Problem
from methods._shared.unseen import Unseen

__all__ = ["Generational"]


class Generational(Method):
    """A method whose candidates come in generations, each asked for in batches.

    The next generation is made once the last batch of this one was told. A subclass makes the
    generations, and removes from `self._unseen` the architectures that it is told.
    """

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        self._unseen = Unseen(problem.space)
        self._queue: deque[Candidate] = deque()

    def ask(self, n: int) -> Sequence[Candidate]:
        """Return up to n candidates of this generation; make the next one if none is left."""
        if not self._queue:
            generation = self._generation()
            self._unseen.remove([c.architecture for c in generation])
            self._queue.extend(generation)
        return [self._queue.popleft() for _ in range(min(n, len(self._queue)))]

    @abstractmethod
    def _generation(self) -> list[Candidate]:
        """Return the next generation; at least one candidate."""
