"""The package: version, registered entrants, rosters and constraints agree."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import entry_points, version
from pathlib import Path

import bench
from bench.entrants.method import find_method
from bench.protocol import load_search_protocol, released_protocols

ROOT = Path(__file__).resolve().parent.parent


# Methods that need an extra; they are in rosters of their own.
NEED_AN_EXTRA = {
    "ehvi-tuned",
    "lamoo-ehvi-tuned",
    "lamoo-qehvi",
    "motpe",
    "qehvi",
    "qnehvi",
    "qparego",
}


def test_all_files_have_the_same_version():
    assert version("monas-bench") == bench.__version__
    assert f"version: {bench.__version__}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {bench.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_methods_are_registered_under_their_names():
    for entry in entry_points(group="monas.methods"):
        assert find_method(entry.name).name == entry.name


NEED_AN_ESTIMATE = {"mote-nas", "mote-nas-ef", "mote-nas-mo", "mote-nas-paper", "mote-nas-rs"}


def test_every_registered_method_is_in_every_roster():
    registered = {entry.name for entry in entry_points(group="monas.methods")} - NEED_AN_EXTRA
    for name in released_protocols("search"):
        rules = load_search_protocol(name).rules
        roster = {e.method for e in rules.roster}
        if rules.task.kind == "function":  # methods that can search a box
            assert {"random", "nsga2", "lamoo-random"} <= roster < registered
        elif getattr(rules.task, "estimates", ()):
            assert "random" in roster
            assert roster & NEED_AN_ESTIMATE
        else:
            assert roster == registered - NEED_AN_ESTIMATE


def test_methods_that_need_an_extra_are_in_a_roster_of_their_own():
    for name in ("nb201-digits", "nb201-cifar10", "lamoo-nb201"):
        entries = load_search_protocol(name).entrants("bayesian").values()
        assert {e.method for e in entries} == NEED_AN_EXTRA


def test_settings_of_rosters_are_known():
    for name in released_protocols("search"):
        for entry in load_search_protocol(name).entrants().values():
            find_method(entry.method).entrant.effective_settings(entry.settings)


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def needed(project, *, groups):
    """Return the requirements of the suite and its extras, and of the groups of tools if asked."""
    found = [*project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        found += extra
    for group in project["dependency-groups"].values() if groups else ():
        found += group
    return found


def pins(name):
    """Return the version of each package, in lower case, of a file of constraints."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = [line.partition("==")[::2] for line in lines if not line.startswith("#") and line]
    return {package.lower(): version for package, version in found}


def test_constraints_pin_every_direct_dependency():
    wanted = needed(project(), groups=True)
    names = {re.split(r"[<>=\[ ]", w, maxsplit=1)[0].lower() for w in wanted}
    pinned = pins("constraints.txt").keys()
    assert names <= pinned, names - pinned


def test_lowest_constraints_are_the_lower_bounds():
    bounds = {}
    for requirement in needed(project(), groups=False):
        name, lowest = re.match(r"([\w-]+)[>=]=([\w.]+)", requirement).groups()
        assert bounds.setdefault(name, lowest) == lowest, f"{name} has two lower bounds"
    pinned = pins("constraints-lowest.txt")
    assert {name: pinned.get(name) for name in bounds} == bounds


def test_readme_commands_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tox = (ROOT / "tox.ini").read_text(encoding="utf-8")
    environments = set(re.findall(r"tox -e ([a-z0-9]+)", readme))
    assert {"nb201", "tests"} <= environments
    for environment in environments:
        assert f"[testenv:{environment}]" in tox
