"""Kill `monas run`, `report`, `table build` and `data fetch` at random moments, many times.

    python tests/soak/kills.py --minutes 20

Each command is done once without a kill. Then it is done again and again, and at random moments
the command, a worker, the process that starts runs, or a run is sent SIGKILL; the same command
continues until everything is finished. In the end every journal and every row of a table has to be
the same as the undisturbed one, wall-clock times and seals aside, and every report the same bytes.
The counts are printed; the exit status is 1 if anything differs, or a command ends in a traceback.
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
TIMED = ("seal", "ask_seconds", "tell_seconds", "git_dirty", "git_commit", "train_seconds")
MONAS = [sys.executable, "-P", "-c", "from bench.cli import main; main()"]


def main() -> int:
    """Play, kill, compare; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="how long to go on")
    parser.add_argument("--kills", type=int, default=1000, help="after how many kills to stop")
    parser.add_argument("--repetitions", type=int, default=2, help="runs of each method")
    parser.add_argument("--rows", type=int, default=4, help="rows of the table; 0 needs no torch")
    parser.add_argument("--fetch", metavar="TABLE", help="fetch this table too, from --mirror")
    parser.add_argument("--mirror", metavar="DIR", help="where the table's originals are")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    until = time.monotonic() + 60 * options.minutes
    counts: Counter[str] = Counter()
    methods = [word for method in METHODS for word in ("--method", method)]
    commands = [
        ["run", "nb201-digits", "--repetitions", str(options.repetitions), *methods],
        ["report", "nb201-digits"],
    ]
    if options.rows:
        work = ["--work", "work", "--out", "built"]
        commands.append(["table", "build", "nb201-digits", "--rows", f"0:{options.rows}", *work])
    if options.fetch:
        mirror = str(Path(options.mirror or "").resolve())
        commands.append(["data", "fetch", options.fetch, "--mirror", mirror])
    with tempfile.TemporaryDirectory(prefix="monas-soak-") as folder:
        plain, killed = Path(folder, "plain"), Path(folder, "killed")
        seconds = []
        for words in commands:
            began = time.monotonic()
            command(plain, words)
            seconds.append(time.monotonic() - began)
        expected = contents(plain)
        print(f"{len(expected)} files to compare")
        while time.monotonic() < until and counts["kills"] < options.kills:
            shutil.rmtree(killed, ignore_errors=True)
            for words, longest in zip(commands, seconds, strict=True):
                while not finished(killed, words, rng, longest, counts):
                    if time.monotonic() > until + 600:
                        print("not finished ten minutes after the time was over")
                        return 1
            counts["rounds"] += 1
            found = contents(killed)
            names = {*expected, *found}
            if different := sorted(n for n in names if expected.get(n) != found.get(n)):
                print("different:", *different)
                counts["different"] += 1
    print(", ".join(f"{name} {number}" for name, number in sorted(counts.items())))
    return 1 if counts["different"] or counts["tracebacks"] else 0


def command(folder: Path, words: list[str]) -> None:
    """Run a command to its end in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "MONAS_DATA": str(folder / "data")}
    subprocess.run([*MONAS, *words], cwd=folder, env=environment, check=True, capture_output=True)


def finished(
    folder: Path, words: list[str], rng: random.Random, longest: float, counts: Counter[str]
) -> bool:
    """Start a command and kill something of it at a random moment; return whether it finished."""
    folder.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(
        [*MONAS, *words],
        cwd=folder,
        env={**os.environ, "MONAS_DATA": str(folder / "data")},
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


def contents(folder: Path) -> dict[str, object]:
    """Return what is in all files that matter, by path, without what differs between two plays."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.suffix == ".jsonl":
            lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            kept = [{k: v for k, v in line.items() if k not in TIMED} for line in lines]
            rows = path.parent.name == "work"  # of a table, in the order in which they ended
            found[name] = sorted(map(str, kept[1:])) if rows else kept
        elif path.suffix in (".csv", ".png", ".parquet") and "seconds" not in path.name:
            found[name] = path.read_bytes()
    return found


if __name__ == "__main__":
    sys.exit(main())
