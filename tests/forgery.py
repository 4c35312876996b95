"""Journals that somebody changed and sealed again."""

from __future__ import annotations

import json

import numpy as np
from playing import reseal

from bench.entrants.problem import candidates
from bench.indicators import non_dominated


def lines_of(path):
    """Return the lines of a journal, as JSON has them."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def forge(path, change):
    """Change the lines of a journal by a function, and seal them again."""
    lines = lines_of(path)
    path.unlink()
    reseal(path, change(lines) or lines)


def best_of_table(task):
    """Return a forger's change: after the designs, architectures from the front of the table."""

    def change(lines):
        everything = task.space.enumerate()
        best = everything[non_dominated(task.score(everything))]
        for number, line in enumerate(lines[2:-1]):
            n = len(line["architectures"])
            picked = best[(number * n + np.arange(n)) % len(best)]
            answer = task.evaluate(candidates(picked))
            line["architectures"] = picked.tolist()
            line["values"] = answer.objectives.tolist()
            line["cost_seconds"] = answer.cost_seconds.tolist()

    return change


class Mutator:
    """Draws changes of the lines of a journal, of all kinds that a text editor can make.

    Parameters
    ----------
    rng : numpy.random.Generator
    """

    VALUES = (
        None, True, False, 0, 1, -1, 3, 190, 99, 2**70, -(10**400), 0.5, -0.0, 1e9, -1e9, 1e308,
        float("nan"), float("inf"), "", "0", "nsga2", "ns\u0433a2", "a\nb", "\x1b[2J", "\u202egnp",
        "\ud800", [], [0], [[]], [[0, 0, 0, 0, 0, 0]], {}, {"a": {"b": []}}, [None], ["x"],
    )  # fmt: skip

    def __init__(self, rng):
        self._rng = rng

    def __call__(self, lines):
        """Return changed lines."""
        lines = json.loads(json.dumps(lines))
        kinds = (self._value, self._value, self._value, self._key, self._line, self._number)
        for _ in range(self._rng.integers(1, 3)):
            kinds[self._rng.integers(len(kinds))](lines)
        return lines

    def _pick(self, among):
        return among[self._rng.integers(len(among))]

    def _leaf(self, lines):
        """Return a container in a line, and a place in it."""
        inside = self._pick(lines)
        while True:
            places = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
            place = self._pick(places)
            deeper = inside[place]
            if not isinstance(deeper, list | dict) or not deeper or self._rng.random() < 0.2:
                return inside, place
            inside = deeper

    def _value(self, lines):
        inside, place = self._leaf(lines)
        inside[place] = self._pick(self.VALUES)

    def _number(self, lines):
        inside, place = self._leaf(lines)
        if isinstance(inside[place], int | float) and abs(inside[place]) < 2**60:
            inside[place] += self._pick((-1, 1, 1e-9, 0.5, 1000))

    def _key(self, lines):
        inside, place = self._leaf(lines)
        if self._rng.random() < 0.5:
            del inside[place]
        elif isinstance(inside, dict):
            inside[
                self._pick(("colour", "parents", "operators", "combined", "estimate_seconds"))
            ] = self._pick(self.VALUES)
        else:
            inside.append(inside[place])

    def _line(self, lines):
        a, b = self._rng.integers(len(lines), size=2)
        kind = self._rng.integers(4)
        if kind == 0:
            lines[a], lines[b] = lines[b], lines[a]
        elif kind == 1:
            lines.insert(a, json.loads(json.dumps(lines[b])))
        elif kind == 2 and len(lines) > 2:
            del lines[a]
        else:  # one batch of several
            batches = [line for line in lines if line.get("kind") == "batch"]
            if len(batches) > 1:
                first, second = batches[-2:]
                for key in ("architectures", "values", "cost_seconds"):
                    if isinstance(first.get(key), list) and isinstance(second.get(key), list):
                        first[key] += second[key]
                lines.remove(second)
