"""The docs: programs and commands of the how-to pages run; no page depends on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
HOW_TO = [page for page in PAGES if page.name.startswith("add-a")]
PACKAGES = ("bench", "methods", "protocols", "reports")
PUBLIC = ("method", "estimator", "indicators", "spaces", "errors")


class Block(NamedTuple):
    """A code block: its language, its options and its text."""

    language: str
    options: dict[str, str]
    text: str


def blocks(page: Path) -> list[Block]:
    """Return the code blocks of a page that are marked with `:class: tested`."""
    found = re.findall(
        r"^```\{code-block\} (\S+)\n(.*?)\n```$",
        page.read_text(encoding="utf-8"),
        flags=re.DOTALL | re.MULTILINE,
    )
    marked = []
    for language, content in found:
        head, _, text = content.partition("\n\n")
        options = dict(re.findall(r"^:(\w+): (.*)$", head, flags=re.MULTILINE))
        if "tested" in options.get("class", "").split():
            marked.append(Block(language, options, f"{text}\n"))
    return marked


def commands(block: Block) -> list[tuple[str, list[str]]]:
    """Return each command of a console block with the lines that it is to print."""
    listed: list[tuple[str, list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            listed.append((line.removeprefix("$ "), []))
        elif line.strip():
            listed[-1][1].append(line)
    return listed


@pytest.fixture
def checkout(tmp_path) -> Path:
    """Return a copy of the suite's packages, which the commands of a page use and may change."""
    skipped = shutil.ignore_patterns("__pycache__", "published")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=skipped)
    return tmp_path


def run(command: str, folder: Path, variables: dict[str, str]) -> str:
    """Run a command with the suite that is in the folder; return what it prints."""
    programs = Path(sys.executable).parent
    environment = os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        **variables,
    }
    ended = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"{command}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_programs_and_commands_of_a_page_run(page, checkout):
    marked = blocks(page)
    assert marked
    variables: dict[str, str] = {}
    for block in marked:
        if "needs-torch" in block.options["class"]:
            pytest.importorskip("torch")
        if block.language != "console":
            path = checkout / block.options["caption"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
            continue
        for command, expected in commands(block):
            name, _, value = command.removeprefix("export ").partition("=")
            if command.startswith("export "):
                variables[name] = value.replace("$PWD", str(checkout))
                continue
            said = run(command, checkout, variables)
            for line in expected:  # in which dots stand for anything
                pattern = re.escape(line).replace(re.escape("..."), ".*")
                assert re.search(f"^{pattern}$", said, flags=re.MULTILINE), said


def test_the_reference_has_the_public_modules():
    text = (DOCS / "reference.md").read_text(encoding="utf-8")
    shown = re.findall(r"automodule:: (\S+)", text)
    assert shown == [
        f"bench.{n}" for n in ("method", "estimator", "indicators", "spaces", "errors")
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_mentions_a_path_of_one_machine(page):
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w.])/(?:home|root|tmp|work|Users)\b|\.\./shared", text) == []
