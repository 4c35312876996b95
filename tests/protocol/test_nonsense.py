"""Values of a protocol that make no sense are refused, with the file, the key and what is right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import CallError, MonasError
from bench.protocol import load_protocol
from bench.protocol.normalisation import measure_normalisation
from bench.protocol.search import parse_draft
from bench.tasks import make_task

FOLDER = Path(__file__).resolve().parents[2] / "protocols"
OBJECTIVE = 'search = ["validation_accuracy_s0"]'

# Change of nb201-digits -> what the message says after the name of the file.
REFUSED = {
    "below the ideal": (
        ("reference_point = [1.1, 1.1]", "reference_point = [1.1, -1.1]"),
        "normalisation: reference_point.1 is -1.1: expected more than 0, which is the ideal",
    ),
    "at the ideal": (
        ("reference_point = [1.1, 1.1]", "reference_point = [0.0, 1.1]"),
        "normalisation: reference_point.0 is 0: expected more than 0",
    ),
    "infinite": (
        ("reference_point = [1.1, 1.1]", "reference_point = [1.1, inf]"),
        "normalisation.reference_point.1: expected a finite number, got inf",
    ),
    "target 0": (("targets = [0.6", "targets = [0.0"), "targets.0 is 0: expected a share"),
    "target above 1": (
        ("targets = [0.6", "targets = [1.01"),
        "targets.0 is 1.01: expected a share",
    ),
    "a target twice": (("targets = [0.6", "targets = [0.7"), "targets has 0.7 twice"),
    "2^64 repetitions": (
        ("repetitions = 20", "repetitions = 18446744073709551616"),
        "repetitions: expected an integer of at most 64 bits, got 18446744073709551616",
    ),
    "2^40 repetitions": (
        ("repetitions = 20", "repetitions = 1099511627776"),
        "repetitions: Input should be less than or equal to 100000, got 1099511627776",
    ),
    "2^40 evaluations": (
        ("evaluations = 200", "evaluations = 1099511627776"),
        "budget.evaluations: Input should be less than or equal to 10000000",
    ),
    "size of the front": (
        ("front_size = 12", "front_size = 13"),
        "the front of this task has 12 points",
    ),
    "digest of the front": (('front_sha256 = "09', 'front_sha256 = "19'), "digest 09ffacd6896d"),
    "text as an objective": (
        (OBJECTIVE, 'search = ["arch_str"]'),
        "task.objectives.0.search: table 'nb201-digits': column 'arch_str' does not have",
    ),
    "text as a cost": (
        ('"train_seconds"', '"arch_str"'),
        "task.cost: table 'nb201-digits': column",
    ),
    "no such column": (
        (OBJECTIVE, 'search = ["no"]'),
        "task.objectives.0.search: table 'nb201-digits' has no column 'no': expected one of",
    ),
    "a date": (("version = 1", "version = 2026-01-01"), "version: expected text, a number"),
    "kind is a list": (("version = 1", "version = 1\nkind = []"), "kind is []; expected 'ranking'"),
}


@pytest.fixture
def changed(tmp_path):
    """Write a released protocol with one change."""

    def write(old, new, name="nb201-digits"):
        text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "changed.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("fault", REFUSED)
def test_nonsense_is_refused_with_file_and_key(fault, changed):
    change, said = REFUSED[fault]
    path = changed(*change)
    with pytest.raises(MonasError) as error:
        load_protocol(str(path)).task()
    assert str(error.value).startswith(f"{path}: ")
    assert said in str(error.value)


def test_points_of_a_known_front_have_one_number_per_variable(changed):
    path = changed("[0.0, 1.0]", "[0.0, 1.0, 1.0]", name="lamoo-branin-currin")
    with pytest.raises(MonasError, match=r"task\.known_front: branin-currin: expected .* length"):
        load_protocol(str(path)).task()


def test_text_as_the_truth_of_a_ranking_is_refused(changed):
    text = (FOLDER / "kendall-digits.toml").read_text(encoding="utf-8")
    begin = text.index("columns = ", text.index("[truth]"))
    path = changed(
        text[begin : text.index("\n", begin)], 'columns = ["arch_str"]', "kendall-digits"
    )
    with pytest.raises(
        MonasError, match=r"truth\.columns: table .* column 'arch_str' does not have"
    ):
        load_protocol(str(path)).task()


def test_an_objective_that_is_constant_on_the_front_is_named_with_the_remedy(changed):
    path = changed(
        'search = ["flops"]\nscore = ["flops"]', OBJECTIVE + '\nscore = ["test_accuracy_s0"]'
    )
    path.write_text(path.read_text().replace("scale = 0.001\n", 'transform = "100 - mean"\n'))
    text = path.read_text().replace(
        'score = ["test_accuracy_s0", "test_accuracy_s1", "test_accuracy_s2"]',
        'score = ["test_accuracy_s0"]',
    )
    path.write_text(text, encoding="utf-8")
    draft = parse_draft(path)
    with pytest.raises(
        MonasError, match=r"objectives\.0: the objective 'error' is .*; remove this"
    ):
        measure_normalisation(make_task(draft.task), draft.normalisation)


def test_a_reference_point_within_the_front_is_refused(changed):
    path = changed("reference_point = [1.1, 1.1]", "reference_point = [0.001, 0.001]")
    with pytest.raises(
        MonasError, match=r"normalisation\.reference_point is \[0\.001, 0\.001\]: no"
    ):
        load_protocol(str(path)).task()
    draft = parse_draft(path)
    with pytest.raises(
        MonasError, match=r"normalisation\.reference_point is \[0\.001, 0\.001\]: no"
    ):
        measure_normalisation(make_task(draft.task), draft.normalisation)


def test_a_name_that_is_too_long_for_a_file_is_a_wrong_call():
    for name in ("a" * 300, "a" * 300 + ".toml"):
        with pytest.raises(CallError, match="File name too long; choose a shorter name"):
            load_protocol(name)


def test_a_byte_order_mark_does_not_change_the_id(changed):
    path = changed("version = 1", "version = 1")
    before = load_protocol(str(path)).id
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_protocol(str(path)).id == before


def test_a_protocol_that_needs_too_much_memory_ends_with_one_line(tmp_path):
    code = (
        "import sys, bench.cli.listing as command\n"
        "def greedy():\n    raise MemoryError\n"
        "command._protocols = greedy\n"
        "from bench.cli import main\n"
        "main(['list', *sys.argv[1:]])"
    )
    for words, traceback in ((), False), (("--debug",), True):
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("monas: out of memory; free memory, or use")
        assert ("Traceback" in done.stderr) == traceback
