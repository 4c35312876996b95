"""Describe one class in a process of its own: `python -m bench.players.describe KIND SPEC FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bench.entrants.registry import find
from bench.errors import CallError, MethodError
from bench.players.cards import BASES, as_json, card_of

__all__: list[str] = []


def _main(kind: Any, spec: str, answer: str) -> None:
    try:
        told = as_json(card_of(find(spec, BASES[kind]), own=False))
    except (CallError, MethodError) as error:
        told = {"error": type(error).__name__, "message": str(error)}
    partial = Path(f"{answer}.partial")
    partial.write_text(json.dumps(told), encoding="utf-8")
    partial.replace(answer)


if __name__ == "__main__":
    _main(*sys.argv[1:])
