"""Settings are compared as JSON has them; what it cannot hold is refused when a run is planned."""

from __future__ import annotations

import re

import pytest
from method_bodies import RANDOM_BODY
from playing import cut, planned

from bench.errors import MethodError, ProtocolError
from bench.players.cards import json_value
from bench.protocol import load_protocol
from bench.runs.journal_file import read_journal
from bench.runs.sweep import perform

HEAD = """\
    settings_spec = {{"given": Setting({default}, "ours", "a test")}}

"""
IMPORTS = "from bench.method import Setting\nimport enum, pathlib\n"

# Defaults that JSON changes -> as journals have them.
CHANGED = {
    "tuples": ("(0.5, (1, 2))", [0.5, [1, 2]]),
    "a number of an enumeration": ("enum.IntEnum('E', 'a b').b", 2),
    "a text of an enumeration": ("enum.StrEnum('E', 'a b').b", "b"),
    "a float of numpy": ("np.float64(0.5)", 0.5),
    "none": ("None", None),
}
REFUSED = {
    "a set": ("{1}", "given' is '{1}' (set); expected what JSON can hold: finite numbers"),
    "infinity": ("float('inf')", "given' is 'inf' (float); expected what JSON"),
    "no number": ("[float('nan')]", "given' is '[nan]' (list); expected what JSON"),
    "a path": ("pathlib.PurePosixPath('/a')", "given' is '/a' (PurePosixPath); expected what JSON"),
    "an integer of numpy": ("np.int64(3)", "given' is '3' (int64); expected what JSON"),
    "an array": ("np.zeros(2)", "given' is '[0. 0.]' (ndarray); expected what JSON"),
    "keys that are numbers": ("{1: 2}", "given' has the key '1', which is no text"),
    "keys within": ("({'a': [{True: 2}]},)", "given' has the key 'True', which is no text"),
    "half of a pair": ("'\\ud800'", "given': expected text, got '\\ud800', which"),
}


@pytest.fixture
def with_default(method_file):
    """Write a method whose setting has this default; return its spec."""

    def write(default):
        spec = method_file(HEAD.format(default=default) + RANDOM_BODY)
        path = spec.rpartition(":")[0]
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(IMPORTS + text)
        return spec

    return write


@pytest.mark.parametrize("case", CHANGED)
def test_a_run_continues_whatever_json_makes_of_a_setting(
    case, with_default, small_protocol_file, tmp_path
):
    default, kept = CHANGED[case]
    options = {"results": tmp_path / "r", "entrants": [with_default(default)], "repetitions": 1}
    (run,) = planned(small_protocol_file, **options).runs
    assert perform(run).status == "done"
    whole = run.path.read_bytes()
    cut(run.path)
    (again,) = planned(small_protocol_file, **options).runs
    assert perform(again).status == "done"
    assert read_journal(run.path).header.subject.settings == {"given": kept}
    assert len(run.path.read_bytes().splitlines()) == len(whole.splitlines())
    assert planned(small_protocol_file, **options).outdated == {str(small_protocol_file): ()}


@pytest.mark.parametrize("case", REFUSED)
def test_what_json_cannot_hold_is_refused_before_any_run(
    case, with_default, small_protocol_file, tmp_path
):
    default, said = REFUSED[case]
    spec = with_default(default)
    with pytest.raises(MethodError, match=r"method 'toy': setting '" + re.escape(said)):
        planned(small_protocol_file, results=tmp_path, entrants=[spec], repetitions=1)


def test_values_that_cannot_be_shown_are_refused_too():
    class Hidden:
        def __str__(self):
            raise RecursionError

    cycle = []
    cycle.append(cycle)
    with pytest.raises(MethodError, match=r"'given' is a value that cannot be shown \(Hidden\)"):
        json_value("method 'toy'", "given", Hidden())
    with pytest.raises(MethodError, match=r"'given' is '\[\[\.\.\.\]\]' \(list\); expected what"):
        json_value("method 'toy'", "given", cycle)
    deep = [1]
    for _ in range(100):
        deep = [deep]
    with pytest.raises(MethodError, match="expected at most 50 levels"):
        json_value("method 'toy'", "given", deep)


@pytest.mark.parametrize("value", ["inf", "2026-01-01", "18446744073709551616"])
def test_settings_of_a_roster_are_refused_with_file_and_key(value, small_protocol_file, tmp_path):
    text = small_protocol_file.read_text(encoding="utf-8")
    path = tmp_path / "roster.toml"
    path.write_text(
        f"{text}\n[[roster]]\nmethod = 'nsga2'\nname = 'a'\nsettings.mutation_eta = {value}\n"
    )
    with pytest.raises(
        ProtocolError, match=r"roster\.toml: roster\.[0-9]+\.settings\.mutation_eta: exp"
    ):
        load_protocol(str(path))
