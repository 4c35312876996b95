"""Lineage of candidates: recorded, compared when a run continues, and checked."""

from __future__ import annotations

import json

import pytest
from method_bodies import EMPTY_TELL
from playing import play, reseal

from bench.errors import JournalError
from bench.runs.journal_file import read_journal

CHILDREN = """
    def ask(self, n):
        rng, space = self.problem.rng, self.problem.space
        parent = int(rng.integers(len(self.seen)))
        children = [rng.choice(space.neighbours(self.seen[parent])) for _ in range(n)]
        made = [Candidate(tuple(c.tolist()), parent, ("edit",)) for c in children]
        return [candidates(self.seen[:1])[0], *made][:n]

    def tell(self, evaluations):
        self.seen = getattr(self, "seen", []) + [e.candidate.architecture for e in evaluations]
"""


def test_lineage_is_recorded(small_protocol, small_task, method_file, tmp_path):
    outcome = play(small_protocol, small_task, method_file(CHILDREN), tmp_path)
    assert outcome.status == "done", outcome.error
    first, *others = read_journal(outcome.path).batches
    assert (first.parents, first.operators) == (None, None)  # designs have none
    seen = list(first.architectures)
    for batch in others:
        assert batch.parents[0] is None
        assert batch.operators[0] == ()
        for child, parent, operators in zip(
            batch.architectures[1:], batch.parents[1:], batch.operators[1:], strict=True
        ):
            assert operators == ("edit",)
            assert parent < len(seen)
            assert sum(a != b for a, b in zip(child, seen[parent], strict=True)) == 1
        seen += batch.architectures


def test_another_lineage_is_not_continued(small_protocol, small_task, method_file, tmp_path):
    outcome = play(small_protocol, small_task, method_file(CHILDREN), tmp_path)
    lines = [json.loads(line) for line in outcome.path.read_text().splitlines()[:-1]]
    lines[2]["operators"][1] = ["another"]
    reseal(outcome.path, lines)
    with pytest.raises(JournalError, match=r"line 3: toy does not repeat this run: operators"):
        play(small_protocol, small_task, method_file(CHILDREN), tmp_path)


@pytest.mark.parametrize(
    ("lineage", "message"),
    [
        ("10", "parent 10; expected the number of one of the 10 evaluations so far"),
        ("-1", "parent -1; expected"),
        ("True", "parent True; expected"),
        ("1.0", "parent 1.0; expected"),
        ("0, ['edit']", "operators ['edit']; expected a tuple of str"),
        ("0, (1,)", "operators (1,); expected a tuple of str"),
    ],
)
def test_an_impossible_lineage_ends_the_run(
    lineage, message, small_protocol, small_task, method_file, tmp_path
):
    body = f"    def ask(self, n):\n        return [Candidate((0,) * 6, {lineage})]\n{EMPTY_TELL}"
    outcome = play(small_protocol, small_task, method_file(body), tmp_path)
    assert outcome.status == "failed"
    assert message in outcome.error
