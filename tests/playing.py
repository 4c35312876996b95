"""Short ways to plan and play runs in this process."""

from __future__ import annotations

import json
from hashlib import sha256

from bench.entrants.entry import SearchEntry
from bench.entrants.method import find_method
from bench.limits import Limits
from bench.protocol import load_protocol
from bench.runs.entrant import find_entrant
from bench.runs.journal_file import JournalWriter
from bench.runs.plan import plan
from bench.runs.search import SearchRun
from bench.runs.sweep import perform


def play(protocol, task, spec, results, repetition=0, *, settings=None, **options):
    """Play one run of the method with this name; return its outcome."""
    found = find_method(spec)
    return run(protocol, task, found, repetition, results, settings=settings, **options)


def run(
    protocol,
    task,
    found,
    repetition,
    results,
    *,
    settings=None,
    timeout=None,
    stopped=lambda: False,
):
    """Play one run of a method to its end, or continue it; return its outcome."""
    entry = SearchEntry(method=found.spec, name=found.name, settings=settings or {})
    made = SearchRun(protocol, task, find_entrant(entry), repetition, results)
    return made.play(limits=Limits(timeout), stopped=stopped)


def planned(*specs, timeout=None, **options):
    """Return the plan for the protocols with these names or paths."""
    protocols = [load_protocol(str(spec)) for spec in specs]
    return plan(protocols, limits=Limits(timeout), **options)


def score(spec, results, *entrants, **options):
    """Do the planned runs of a ranking protocol; return the outcomes by label."""
    made = planned(spec, results=results, entrants=entrants, **options)
    for removal in made.removed:
        removal.path.unlink(missing_ok=True)
    return {outcome.label: outcome for outcome in map(perform, made.runs)}


def rewritten(path):
    """Return a writer of a new journal in the place of another."""
    path.unlink(missing_ok=True)
    return JournalWriter(path)


def reseal(path, lines):
    """Write a journal of these lines with correct seals, like a forger."""
    seal, written = "", []
    for line in lines:
        line.pop("seal", None)
        content = json.dumps(line, separators=(",", ":"))
        seal = sha256((seal + content).encode()).hexdigest()[:16]
        written.append(f'{content[:-1]},"seal":"{seal}"}}\n')
    path.write_text("".join(written), encoding="utf-8")


def content(path):
    """Return the lines of a journal without wall-clock seconds and seals."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        for key in ("seal", "ask_seconds", "tell_seconds"):
            line.pop(key, None)
    return lines


def cut(path, kept=-1):
    """Keep the first lines of a journal, all but the last by default, as if it was stopped."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:kept]))
