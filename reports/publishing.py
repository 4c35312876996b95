"""What the repository keeps of reports, and the summary of it.

    python -m reports.publishing OUT

takes every report below OUT (made by `monas report --out OUT`) into `reports/published`, in a
folder of the same name, and what `monas claims --out OUT` made of each paper's claims, and writes
the tables of `reports/published/README.md` and the leaderboard of the README anew.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bench.protocol import (
    MAIN_ROSTER,
    load_ranking_protocol,
    load_search_protocol,
    released_protocols,
)
from reports.rendering.display import MISSING, count_of, interval, objective, rank, ratio
from reports.rendering.markup import save
from reports.search.comparison import RANDOM
from reports.search.leaderboard import ALPHA

__all__ = ["leaderboard", "publish", "summary"]

PUBLISHED = Path(__file__).resolve().parent / "published"

# Of a report, by what tells its kind: what is kept, and what the summary calls it.
_KEPT: Mapping[str, Mapping[str, str]] = {
    "leaderboard.csv": {
        "leaderboard.csv": "",
        "runs.csv": "",
        "selected.csv": "",
        "figures/anytime.png": "figure",
    },
    "ranks.csv": {
        "ranks.csv": "",
        "figures/cost.png": "figure",
        "agreement.csv": "",
        "figures/agreement.png": "which agree",
    },
}
Row = Mapping[str, str]


def publish(out: Path, into: Path = PUBLISHED) -> list[str]:
    """Take what is kept of `out` into the folder `into`, and return the names it has there."""
    names = []
    for told_by, kept in _KEPT.items():
        for file in sorted(out.glob(f"*/{told_by}")):
            folder = into / file.parent.name
            folder.mkdir(parents=True, exist_ok=True)
            for source in kept:
                if (file.parent / source).exists():
                    (folder / Path(source).name).write_bytes((file.parent / source).read_bytes())
            names.append(folder.name)
    for file in sorted(out.glob("claims-*/claims.csv")):
        names.append(f"{file.parent.name}.csv")
        (into / names[-1]).write_bytes(file.read_bytes())
    return names


def summary(text: str, folder: Path = PUBLISHED) -> str:
    """Return the README of published results with its tables made anew from what is there."""
    tables = {
        "protocols": _main(folder),
        "rosters": _rosters(folder),
        "selected": _selected(folder),
        "ranks": _ranks(folder),
    }
    for name, rows in tables.items():
        head = re.search(rf"<!-- {name} -->\n(?:.*\n){{2}}", text)
        assert head, name
        rest = re.sub(r"\A(?:\|.*\n)*", "", text[head.end() :])
        text = text[: head.end()] + "".join(rows) + rest
    return text


def leaderboard(text: str, folder: Path = PUBLISHED) -> str:
    """Return the README with the leaderboard of the protocol that it names made anew."""
    block = re.search(r"<!-- leaderboard: (\S+) .* -->\n(?:.*\n){2}((?:\|.*\n)*)", text)
    assert block, "README has a leaderboard"
    protocol = load_search_protocol(block[1])
    lines = [
        _line(
            f"`{row['method']}`",
            ratio(float(row["hypervolume_ratio_median"])),
            interval(float(row["hypervolume_ratio_low"]), float(row["hypervolume_ratio_high"])),
            rank(float(row["average_rank"])),
            row["groups"],
        )
        for row in _read(folder / f"{protocol.name}-{protocol.short_id}" / "leaderboard.csv")
    ]
    return text[: block.start(2)] + "".join(lines) + text[block.end(2) :]


def _main(folder: Path) -> list[str]:
    return [
        _search_line(f"`{name}`", folder / f"{name}-{load_search_protocol(name).short_id}", name)
        for name in released_protocols("search")
    ]


def _rosters(folder: Path) -> list[str]:
    lines = []
    for name in released_protocols("search"):
        protocol = load_search_protocol(name)
        for roster in sorted({*protocol.rules.rosters} - {MAIN_ROSTER}):
            home = folder / f"{name}-{protocol.short_id}-{roster}"
            if home.is_dir():
                lines.append(_search_line(f"`{name}`, {roster}", home, name))
    return lines


def _search_line(title: str, home: Path, name: str) -> str:
    rows = _read(home / "leaderboard.csv")
    best = max(rows, key=lambda row: float(row["hypervolume_ratio_median"]))
    (chance,) = [row for row in rows if row["method"] == RANDOM]
    others = [row for row in rows if row is not chance]
    better = [row for row in others if _beats_random(row, "median_difference_to_random")]
    return _line(
        title,
        _links(home, load_search_protocol(name).short_id),
        f"`{best['method']}` {ratio(float(best['hypervolume_ratio_median']))}",
        ratio(float(chance["hypervolume_ratio_median"])),
        ratio(load_search_protocol(name).rules.normalisation.attainable),
        count_of(len(better), len(others)),
    )


def _selected(folder: Path) -> list[str]:
    lines = []
    for name in released_protocols("search"):
        short_id = load_search_protocol(name).short_id
        file = folder / f"{name}-{short_id}" / "selected.csv"
        if not file.exists():
            continue
        rows = _read(file)
        (median,) = [key for key in rows[0] if key.startswith("selected_") and "median" in key]
        (chance,) = [row for row in rows if row["method"] == RANDOM]
        others = [row for row in rows if row is not chance]
        better = [row for row in others if _beats_random(row, "median_reduction_to_random")]
        lines.append(
            _line(
                f"`{name}`",
                f"[{short_id}]({file.parent.name}/{file.name})",
                f"`{rows[0]['method']}` {objective(float(rows[0][median]))}",
                objective(float(chance[median])),
                count_of(len(better), len(others)),
            )
        )
    return lines


def _beats_random(row: Row, difference: str) -> bool:
    return float(row[difference]) > 0 and float(row["p_against_random_holm"]) < ALPHA


def _ranks(folder: Path) -> list[str]:
    lines = []
    for name in released_protocols("ranking"):
        short_id = load_ranking_protocol(name).short_id
        rows = _read(folder / f"{name}-{short_id}" / "ranks.csv")
        most = max(int(row["cells"]) for row in rows)
        tau = {r["entry"]: float(r["kendall_tau"]) for r in rows if int(r["cells"]) == most}
        best = max(tau, key=lambda entry: tau[entry])
        compared = [f"{tau[entry]:.3f}" if entry in tau else MISSING for entry in ("mote", "tse")]
        home = folder / f"{name}-{short_id}"
        cells = f"`{best}` {tau[best]:.3f}"
        lines.append(_line(f"`{name}`", _links(home, short_id), f"{most:,}", cells, *compared))
    return lines


def _links(home: Path, short_id: str) -> str:
    """Return links to what is kept: the table by the protocol's id, and the figures."""
    (kept,) = [kept for told_by, kept in _KEPT.items() if (home / told_by).exists()]
    table = next(iter(kept))
    figures = [
        f"[{called}]({home.name}/{Path(source).name})"
        for source, called in kept.items()
        if called and (home / Path(source).name).exists()
    ]
    return ", ".join([f"[{short_id}]({home.name}/{table})", *figures])


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _read(file: Path) -> Sequence[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _main_program(arguments: Iterable[str]) -> None:
    for out in arguments:
        for name in publish(Path(out)):
            print(name)
    for readme, renewed in (
        (PUBLISHED / "README.md", summary),
        (PUBLISHED.parent.parent / "README.md", leaderboard),
    ):
        save(readme, renewed(readme.read_text(encoding="utf-8")))


if __name__ == "__main__":
    _main_program(sys.argv[1:])
