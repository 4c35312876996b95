"""Search results: the names, folders and contents of journals are checked."""

from __future__ import annotations

import re
import shutil

import pytest
from method_bodies import RANDOM_BODY
from playing import rewritten, run

from bench.entrants.method import find_method
from bench.errors import MixedProtocolsError, ResultsError
from bench.results.search import load_search_results
from bench.runs.journal_file import JournalWriter, read_journal


@pytest.fixture
def path(small_protocol, small_task, method_file, tmp_path):
    """Return the journal of toy's repetition 0."""
    return run(small_protocol, small_task, find_method(method_file(RANDOM_BODY)), 0, tmp_path).path


def rewrite(path, change):
    """Write a journal again with changed batches and correct seals."""
    journal = read_journal(path)
    path.unlink()
    with rewritten(path) as writer:
        for line in (journal.header, *change(list(journal.batches)), journal.end):
            writer.append(line)


@pytest.mark.parametrize("name", ["toy/002.jsonl", "other/000.jsonl", "toy/0000.jsonl"])
@pytest.mark.parametrize("lines", [1, None], ids=["unfinished", "finished"])
def test_a_journal_is_not_counted_as_another_run(name, lines, path, small_protocol, tmp_path):
    elsewhere = small_protocol.home(tmp_path) / name
    elsewhere.parent.mkdir(exist_ok=True)
    elsewhere.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:lines]))
    expected = re.escape(f"{elsewhere} is the journal of toy repetition 0, which belongs at {path}")
    with pytest.raises(ResultsError, match=f"{expected}; move it there, or out of the folder"):
        load_search_results(small_protocol, tmp_path)


@pytest.mark.parametrize("name", ["000 copy", "000-1", "1", "², 3"])
@pytest.mark.parametrize("content", [None, b"", b"notes\n"], ids=["copy", "empty", "notes"])
def test_a_file_without_the_name_of_a_journal_is_refused(
    name, content, path, small_protocol, tmp_path
):
    other = path.with_name(f"{name}.jsonl")
    shutil.copy(path, other)
    if content is not None:
        other.write_bytes(content)
    expected = re.escape(f"{other} is not named as a journal is")
    with pytest.raises(ResultsError, match=f"{expected}: .* move it out of the folder of results"):
        load_search_results(small_protocol, tmp_path)


def test_an_unfinished_run_of_another_protocol_is_refused(path, small_protocol, tmp_path):
    header = read_journal(path).header.model_copy(update={"protocol_id": "0" * 64})
    with JournalWriter(small_protocol.journal_path(tmp_path, "toy", 1)) as writer:
        writer.append(header)
    with pytest.raises(MixedProtocolsError, match=r"001\.jsonl belongs to protocol small 00000000"):
        load_search_results(small_protocol, tmp_path)


def test_other_initial_designs_are_refused(path, small_protocol, small_task, tmp_path):
    def swap_two(batches):
        first = batches[0]
        order = [1, 0, *range(2, len(first.architectures))]
        swapped = {
            key: tuple(getattr(first, key)[i] for i in order)
            for key in ("architectures", "values", "cost_seconds")
        }
        return [first.model_copy(update=swapped), *batches[1:]]

    rewrite(path, swap_two)
    expected = "line 2: not the initial designs that every method starts from in repetition 0: cand"
    with pytest.raises(ResultsError, match=rf"{re.escape(str(path))} {expected}"):
        load_search_results(small_protocol, tmp_path)


@pytest.mark.parametrize(("kept", "evaluations"), [(0, 0), (7, 40)])
def test_an_unspent_budget_is_refused(
    kept, evaluations, path, small_protocol, small_task, tmp_path
):
    rewrite(path, lambda batches: batches[:kept])
    with pytest.raises(
        ResultsError, match=f"as done with {evaluations} evaluations, the budget is"
    ):
        load_search_results(small_protocol, tmp_path)
