"""What authors of methods import: `Method`, and all that it is given and gives."""

from bench.entrants.method import Method
from bench.entrants.problem import Candidate, Evaluation, Problem, candidates
from bench.entrants.settings import Setting

__all__ = ["Candidate", "Evaluation", "Method", "Problem", "Setting", "candidates"]
