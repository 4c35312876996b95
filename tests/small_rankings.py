"""A ranking protocol for tests, on the embedded table, and toy estimators."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.protocol import load_ranking_protocol

RULES = """
kind = "rank"
name = "small-ranking"
version = 1
title = "Estimates of a few cells"
description = "A few."
space = "nasbench201"
key = "index"
top_share = 0.1

[[tables]]
name = "nb201-digits"
content_sha256 = "ed5126c5862672254fa1b52a958a7e2d93e4855c7c7dc999699f6beba2ffc837"

[truth]
table = "nb201-digits"
columns = ["test_accuracy_s0", "test_accuracy_s1", "test_accuracy_s2"]
title = "Test accuracy"
unit = "%"
strings = "arch_str"

[[sets]]
name = "sample"
title = "sampled cells"
tables = ["nb201-digits"]
sample = true
size = 10
draws = 20

[[sets]]
name = "all"
title = "all cells"
tables = ["nb201-digits"]
size = 200
draws = 10

[sources.networks]
kind = "networks"
title = "networks"
images = "noisy-digits"
channels = 4
cells = 1
reduction = "pooling"
sample = 24
seed = 0

[sources.training]
kind = "curves"
title = "trainings"
table = "nb201-digits"
losses = "train_loss_s0_e{}"
seconds = "train_seconds"
seconds_scale = 0.5

[sources.stored]
kind = "stored"
title = "columns"
table = "nb201-digits"

[[roster]]
label = "tse"
source = "training"
estimator = "methods/mote/estimators.py:TSE"
group = "Epochs"

[[roster]]
label = "tse-2"
source = "training"
estimator = "methods/mote/estimators.py:TSE"
epochs = 2
group = "Epochs"

[[roster]]
label = "fast"
source = "stored"
column = "latency_ms"
sign = -1

[[roster]]
label = "params"
source = "stored"
column = "params"
"""


@pytest.fixture
def rules(tmp_path, monkeypatch):
    """Write a protocol, its text changed by (old, new) pairs; return its path."""
    root = Path(__file__).resolve().parent.parent

    def write(*changes, name="small.toml"):
        text = RULES.replace("methods/mote", str(root / "methods" / "mote"))
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def protocol(rules):
    return load_ranking_protocol(str(rules()))


@pytest.fixture
def estimator_file(tmp_path):
    """Write an estimator class into a file and return its `file.py:Class`."""

    def write(body, *, base="NetworkEstimator", name="toy"):
        path = tmp_path / f"{name.replace('-', '_')}.py"
        path.write_text(
            "import numpy as np\n"
            "from bench.estimator import CombinedEstimator, CurveEstimator, NetworkEstimator\n"
            "from bench.estimator import Setting\n\n\n"
            f"class Toy({base}):\n    name = {name!r}\n    summary = 'toy'\n\n{body}\n",
            encoding="utf-8",
        )
        return f"{path}:Toy"

    return write
