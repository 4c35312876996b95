"""The interface for authors of methods: `Method`, its problem, candidates and evaluations."""

from bench.entrants.method import Method
from bench.entrants.problem import Candidate, Evaluation, Problem, candidates
from bench.entrants.settings import Setting

__all__ = ["Candidate", "Evaluation", "Method", "Problem", "Setting", "candidates"]
