"""Short ways to plan and play runs in this process."""

from __future__ import annotations

from bench.entrants.method import find_method
from bench.protocol import load_protocol
from bench.runs.journal import _canonical, _seal
from bench.runs.plan import plan
from bench.runs.search import SearchRun
from bench.runs.sweep import perform


def play(protocol, task, spec, results, repetition=0, *, settings=None, **options):
    """Play one run of the method that `spec` finds; return its outcome."""
    found = find_method(spec)
    return run(protocol, task, found, repetition, results, settings=settings, **options)


def run(protocol, task, found, repetition, results, *, settings=None, **options):
    """Play one run of a method to its end, or continue it; return its outcome."""
    return SearchRun(protocol, task, found, repetition, results, settings=settings).play(**options)


def planned(*specs, **options):
    """Return the plan for the protocols that these names or paths find."""
    return plan([load_protocol(str(spec)) for spec in specs], **options)


def score(spec, results, *entrants, **options):
    """Do what is planned for a ranking protocol; return the outcomes by label."""
    made = planned(spec, results=results, entrants=entrants, **options)
    for path in made.removed:
        path.unlink(missing_ok=True)
    return {outcome.label: outcome for outcome in map(perform, made.runs)}


def reseal(path, lines):
    """Write a journal of these lines with seals that are right, as a forger would."""
    seal, written = "", []
    for line in lines:
        line.pop("seal", None)
        seal = _seal(seal, line)
        written.append(_canonical(line | {"seal": seal}) + b"\n")
    path.write_bytes(b"".join(written))
