"""Readers of files that fail in every way that a reader may fail; they run in a child process."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from bench.errors import UntrustedPickleError


def sound(path, *, finished, factor=1):
    print("noise that must not be taken for an answer")
    finished(1)
    finished(2)
    return {
        "size": np.asarray([path.stat().st_size * factor]),
        "name": np.asarray([path.name, "\N{SNOWMAN}\n"], dtype=object),
        "text": np.asarray(["a", "bc"]),
    }


def refuses(path, *, finished):
    raise UntrustedPickleError(f"{path}: refers to code")


def crashes(path, *, finished):
    os.kill(os.getpid(), signal.SIGSEGV)


def leaves(path, *, finished):
    os._exit(3)


def hangs(path, *, finished):
    while True:
        time.sleep(1)


def works_for_ever(path, *, finished):
    while True:
        pass


def grows(path, *, finished):
    kept = []
    while True:
        kept.append(bytearray(1 << 26))


def recurses(path, *, finished):
    return recurses(path, finished=finished)


def decodes(path, *, finished):
    b"\xff".decode()


def overflows(path, *, finished):
    np.asarray([2**70], dtype=np.int64)


def writes(path, *, finished):
    with Path(path).with_name("large").open("wb") as file:
        for _ in range(100):
            file.write(bytes(1 << 20))


def returns_much(path, *, finished):
    return {"much": np.zeros(20 << 20, dtype=np.uint8)}


def returns_lists(path, *, finished):
    values = np.empty(1, dtype=object)
    values[0] = []
    return {"values": values}


def forges(path, *, finished):
    """Answer in the name of the child: other lines than those it sends itself."""
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b'["columns"]\n')
        except OSError:
            continue
    sys.exit()
