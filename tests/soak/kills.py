"""Kill `monas run` and `monas report`, or one of their processes, at random moments, many times.

    python tests/soak/kills.py --minutes 20

A small protocol is played once without a kill. Then it is played again and again, and at random
moments the command, a worker, the process that starts runs, or a run is sent SIGKILL; the same
command continues until everything is finished. In the end every journal has to have the same lines
as the undisturbed one, wall-clock times and seals aside, and every report the same bytes. The
counts are printed; the exit status is 1 if anything differs, or a command ends in a traceback.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

METHODS = ("random", "nsga2", "local-search", "lamoo-random")
TIMED = ("seal", "ask_seconds", "tell_seconds", "git_dirty", "git_commit")
MONAS = [sys.executable, "-P", "-c", "from bench.cli import main; main()"]


def main() -> int:
    """Play, kill, compare; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="how long to go on")
    parser.add_argument("--kills", type=int, default=1000, help="after how many kills to stop")
    parser.add_argument("--repetitions", type=int, default=2, help="runs of each method")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    until = time.monotonic() + 60 * options.minutes
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="monas-soak-") as folder:
        home = Path(folder)
        run = [
            *("run", "nb201-digits", "--repetitions", str(options.repetitions)),
            *(word for method in METHODS for word in ("--method", method)),
        ]
        began = time.monotonic()
        command(home / "plain", run)
        command(home / "plain", ["report", "nb201-digits"])
        longest = time.monotonic() - began
        expected, pages = journals(home / "plain"), report(home / "plain")
        while time.monotonic() < until and counts["kills"] < options.kills:
            shutil.rmtree(home / "killed", ignore_errors=True)
            for words in (run, ["report", "nb201-digits"]):
                while not finished(home / "killed", words, rng, longest, counts):
                    if time.monotonic() > until + 600:
                        print("not finished ten minutes after the time was over")
                        return 1
            counts["rounds"] += 1
            found = journals(home / "killed")
            different = [name for name in expected if found.get(name) != expected[name]]
            other = [name for name in pages if report(home / "killed").get(name) != pages[name]]
            if different or other or set(found) != set(expected):
                print("different:", *different, *other)
                counts["different"] += 1
    print(", ".join(f"{name} {number}" for name, number in sorted(counts.items())))
    return 1 if counts["different"] or counts["tracebacks"] else 0


def command(folder: Path, words: list[str]) -> None:
    """Run a command to its end in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([*MONAS, *words], cwd=folder, check=True, capture_output=True)


def finished(
    folder: Path, words: list[str], rng: random.Random, longest: float, counts: Counter[str]
) -> bool:
    """Start a command and kill something of it at a random moment; return whether it finished."""
    folder.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(
        [*MONAS, *words, *(["--workers", "2"] if words[0] == "run" else [])],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as child:
        moment = time.monotonic() + rng.uniform(0.0, longest)
        while child.poll() is None and time.monotonic() < moment:
            time.sleep(0.01)
        if child.poll() is None:
            what, victim = rng.choice(targets(child.pid))
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                counts["kills"] += 1
                counts[f"kills of {what}"] += 1
        assert child.stderr is not None
        said = child.stderr.read().decode(errors="replace")
        status = child.wait()
    if "Traceback" in said:
        print(said)
        counts["tracebacks"] += 1
    if status == 1 and words[0] == "run":  # a run that was killed has failed, with the reason
        retried = subprocess.run(
            [*MONAS, *words, "--retry-failed"], cwd=folder, check=False, capture_output=True
        )
        counts["runs that were killed and run again"] += 1
        status = retried.returncode
    return status == 0


def targets(command: int) -> list[tuple[str, int]]:
    """Return the command and all processes below it, each with what it is."""
    children: dict[int, list[int]] = {}
    lines: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
                lines[int(entry.name)] = (entry / "cmdline").read_text()
    found, waiting = [("the command", command)], [command]
    while waiting:
        parent = waiting.pop()
        for pid in children.get(parent, []):
            waiting.append(pid)
            line = lines.get(pid, "")
            if "resource_tracker" in line:  # Python's own, which ends in a traceback of its own
                continue
            if "zygote" not in line:
                what = "a worker" if "spawn_main" in line else "another process"
            else:
                what = "a run" if "zygote" in lines.get(parent, "") else "what starts runs"
            found.append((what, pid))
    return found


def journals(folder: Path) -> dict[str, list[dict[str, object]]]:
    """Return the lines of all journals, by path, without what differs between two plays."""
    found = {}
    for path in sorted((folder / "results").rglob("*.jsonl")):
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for line in lines:
            for key in TIMED:
                line.pop(key, None)
        found[str(path.relative_to(folder))] = lines
    return found


def report(folder: Path) -> dict[str, bytes]:
    """Return the files of the report that hold no wall-clock time, by path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted((folder / "out").rglob("*"))
        if path.suffix in (".csv", ".png") and "seconds" not in path.name
    }


if __name__ == "__main__":
    sys.exit(main())
