"""Converters of tables over other spaces, on small files."""

from __future__ import annotations

import base64
import io
import json
import struct
import tarfile

import numpy as np
import pytest

from bench.data.readers.converters import (
    accel_nasbench,
    ecnas_4v,
    ecnas_5v,
    hwgpt_s,
    nbgraph,
    nbmacro,
)
from bench.errors import DataError

MACRO = "nas-bench-macro/nas-bench-macro_cifar10.json"


def macro(name, accuracy):
    runs = [accuracy - 1, accuracy, accuracy + 1]
    return {name: {"test_acc": runs, "mean_acc": accuracy, "std": 1.0, "params": 5, "flops": 7}}


def test_macro_rows_are_in_the_order_of_the_digits(originals):
    content = {**macro("22212202", 93.0), **macro("00000001", 80.0)}
    originals.path(MACRO).write_text(json.dumps(content), encoding="utf-8")
    table = nbmacro.convert(originals.files)
    assert table["arch"].tolist() == ["00000001", "22212202"]
    assert table["op3"].tolist() == [0, 1]
    assert table["op7"].tolist() == [1, 2]
    assert table["c10_test_acc_mean"].tolist() == [80.0, 93.0]
    assert table["c10_test_acc_r2"].tolist() == [81.0, 94.0]
    assert table["flops"].dtype == np.int64


def test_macro_refuses_wrong_keys_and_numbers_of_runs(originals):
    originals.path(MACRO).write_text(json.dumps(macro("00000003", 1.0)), encoding="utf-8")
    with pytest.raises(DataError, match="not an architecture: '00000003'; expected 8 digits"):
        nbmacro.convert(originals.files)
    content = macro("00000000", 1.0)
    content["00000000"]["test_acc"].pop()
    originals.path(MACRO).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DataError, match="00000000 does not have 3 test accuracies"):
        nbmacro.convert(originals.files)


def accel(number, **changes):
    mean = {"latency_mean": 2.0, "latency_std": None}
    speed = {"throughput_mean": 100.0 + number, "throughput_std": 0.5}
    names = ("a100", "3090", "tpuv2", "tpuv3", "zcu102", "vck190")
    architecture = {f"block{b}_{v}": b for b in range(7) for v in ("e", "k", "l")}
    return {
        "architecture": architecture | {f"block{b}_se": b == 2 for b in range(7)},
        "metrics": {"val_top1": 60.0, "val_top5": 80.0, "train_time": 9.0},
        "model_info": {"macs": 300.0, "params": 3.0},
        "platform_perf": {"latency_zcu102": mean, "latency_vck190": mean}
        | {f"throughput_{name}": speed for name in names}
        | changes,
    }


def archive(originals, members):
    with tarfile.open(originals.path("accel-nasbench/anb_dataset_jsons.tar.gz"), "w:gz") as out:
        for name, content in members:
            data = json.dumps(content).encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            out.addfile(member, io.BytesIO(data))
    return originals.files


def test_accel_rows_are_in_the_order_of_the_files_and_null_is_nan(originals):
    empty = {"throughput_mean": None, "throughput_std": None}
    members = [("./d/result_10.json", accel(10)), ("./d/readme.txt", {})]
    members += [("./d/result_2.json", accel(2, throughput_tpuv2=empty))]
    table = accel_nasbench.convert(archive(originals, members))
    assert table["result_id"].tolist() == [2, 10]
    assert table["block2_se"].tolist() == [1, 1]
    assert table["block6_e"].dtype == np.int8
    assert np.isnan(table["tpuv2_throughput_ips"]).tolist() == [True, False]
    assert table["vck190_throughput_ips"].tolist() == [102.0, 110.0]
    assert len(table) == 46


def test_accel_refuses_missing_and_repeated_results(originals):
    with pytest.raises(DataError, match=r"no result_<number>\.json in the archive"):
        accel_nasbench.convert(archive(originals, [("other.json", {})]))
    with pytest.raises(DataError, match="result 1 is there twice"):
        accel_nasbench.convert(
            archive(originals, [("result_1.json", accel(1)), ("d/result_1.json", accel(1))])
        )


def graph(originals, **changes):
    measures = {"valid_perf": 0.5, "perf": np.float64(0.25), "latency": 0.125, "para": 2.0}
    complete = {12345: measures, 1111: measures | {"perf": 0.75}}
    for dataset in ("cora", "citeseer", "pubmed", "cs", "physics", "photo", "computers", "arxiv"):
        originals.pickle(f"nas-bench-graph_light/{dataset}.bench", complete)
    originals.pickle("nas-bench-graph_light/proteins.bench", {1111: measures})
    for dataset, content in changes.items():
        originals.pickle(f"nas-bench-graph_light/{dataset}.bench", content)
    return originals.files


def test_graph_reads_the_digits_of_the_key(originals):
    table = nbgraph.convert(graph(originals))
    assert table["hash"].tolist() == [1111, 12345]
    assert [table[n].tolist() for n in ("link", "op0", "op3")] == [[0, 1], [1, 2], [1, 5]]
    assert table["arxiv_test_perf"].tolist() == [0.75, 0.25]
    assert np.isnan(table["proteins_params_m"]).tolist() == [False, True]
    assert table["proteins_params_m"].dtype == np.float32


def test_graph_refuses_different_networks(originals):
    with pytest.raises(DataError, match=r"photo.bench: other networks than in .*cora.bench"):
        nbgraph.convert(graph(originals, photo={1111: {}}))
    with pytest.raises(DataError, match=r"proteins.bench: networks that .*cora.bench does not"):
        nbgraph.convert(graph(originals, proteins={7: {}}))
    with pytest.raises(DataError, match="expected measures by the key of a network"):
        nbgraph.convert(graph(originals, cora=[1]))


def gpt_network(layers):
    return {
        "sample_embed_dim": 384,
        "sample_n_layer": layers,
        "sample_n_head": [4, 8, 12] * 4,
        "sample_mlp_ratio": [2, 3, 4] * 4,
        "sample_bias": layers == 11,
    }


def gpt(originals, layers=(10, 11, 12, 13), **changes):
    """Write one network into each of the four shards, in the reverse order of ppl.pkl."""
    quality = [{"arch": gpt_network(n), "perplexity": 30.0 + n, "accuracy": 0.5} for n in layers]
    originals.pickle("hw-gpt-bench/ppl.pkl", quality)
    shards = zip(hwgpt_s._SHARDS, reversed(layers), strict=True)
    for shard, n in shards:
        arch, unit = gpt_network(n), "s" if n % 2 else "ms"
        for device in (*hwgpt_s.GPUS, *hwgpt_s.CPUS):
            seen = {"arch": arch, "flops": 2 * n, "params": n, "mean_energy_cpu": np.float64(n / 4)}
            seen |= {f"times_profiler_{k}": [1.0, 9.0, float(n)] for k in ("cpu", "gpu")}
            seen |= {"unit_gpu": ["ms"] * 3, "unit_cpu": [unit] * 3}
            seen |= changes if device == "h100" else {}
            name = f"hw-gpt-bench/latency_{device}/efficiency"
            originals.pickle(f"{name}_observations_{shard}.pkl", [seen])
            energy = [{"arch": arch, "energy_gpu": [0.0, 1.0, float(n)]}]
            originals.pickle(f"{name}_energy_observations_tracker_{shard}.pkl", energy)
    memory = [{"arch": gpt_network(n), "mean_mem": 8.0 * n} for n in layers]
    for device in hwgpt_s.MEMORY:
        name = f"hw-gpt-bench/mem_{device}/efficiency_observations_0_10000.pkl"
        originals.pickle(name, memory)
    return originals


def test_gpt_matches_by_architecture_and_takes_medians(originals):
    table = hwgpt_s.convert(gpt(originals).files)
    assert table["index"].tolist() == [0, 1, 2, 3]
    assert table["n_layer"].tolist() == [10, 11, 12, 13]
    assert table["bias"].tolist() == [False, True, False, False]
    assert table["n_head_1"].tolist() == [8] * 4
    assert table["perplexity"].tolist() == [40.0, 41.0, 42.0, 43.0]
    assert table["v100_latency_ms"].tolist() == [9.0] * 4
    assert table["cpu_meta_latency_ms"].tolist() == [9.0, 9000.0, 9.0, 9000.0]
    assert table["flops"].tolist() == [20, 22, 24, 26]
    assert table["a40_energy_src"].tolist() == [1.0] * 4
    assert table["helix_cpu_energy_codecarbon_wh"].tolist() == [2.5, 2.75, 3.0, 3.25]
    assert table["mem_rtx2080_mb"].tolist() == [80.0, 88.0, 96.0, 104.0]
    assert "cpu_p100_energy_codecarbon_wh" not in table
    assert len(table) == 61


def test_gpt_refuses_different_architectures_and_sizes(originals):
    with pytest.raises(DataError, match=r"ppl.pkl: one architecture is there twice"):
        hwgpt_s.convert(gpt(originals, layers=(10, 10, 11, 12)).files)
    with pytest.raises(DataError, match=r"h100 does not have each .* once: 4 observations of 0"):
        hwgpt_s.convert(gpt(originals, arch=gpt_network(1)).files)
    with pytest.raises(DataError, match="h100 has other params than P100"):
        hwgpt_s.convert(gpt(originals, params=1).files)
    originals.pickle("hw-gpt-bench/ppl.pkl", {})
    with pytest.raises(DataError, match="expected a list of observations, got dict"):
        hwgpt_s.convert(originals.files)


def varint(number):
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def doubles(fields):
    return b"".join(varint(f << 3 | 1) + struct.pack("<d", v) for f, v in fields.items())


def message(content, field=1):
    return varint(field << 3 | 2) + varint(len(content)) + content


def ecnas_row(network, epochs, *, checkpoint=1, budget=None):
    metrics = b"".join(
        message(doubles({1: e, 2: 10 * e, 3: e / 8, 4: e / 16, 5: e / 32, 6: e / 64, 7: e / 4}))
        for e in (0, checkpoint, budget or epochs)
    )
    metrics += varint(2 << 3) + varint(300_000) + doubles({3: 77.0, 4: 0.5})
    metrics += varint(15 << 3 | 5) + struct.pack("<f", 1.0) + message(b"hardware", 10)
    encoded = base64.encodebytes(metrics).decode()
    return json.dumps([network, epochs, "0110", "input,output", encoded]).encode()


def tfrecord(originals, rows, name="4V9E"):
    records = [struct.pack("<Q4x", len(row)) + row + b"\0\0\0\0" for row in rows]
    originals.path(f"ec-nas-bench/energy_{name}.tfrecord").write_bytes(b"".join(records))
    return originals.files


def test_ecnas_decodes_every_record_in_order(originals):
    rows = [ecnas_row(n, e) for n in ("a", "b") for e in (36, 4, 36, 4)]
    table = ecnas_4v.convert(tfrecord(originals, rows))
    assert table["hash"].tolist() == ["a"] * 4 + ["b"] * 4
    assert table["epochs"].tolist() == [36, 4, 36, 4] * 2
    assert table["repeat"].tolist() == [0, 0, 1, 1] * 2
    assert table["params"].tolist() == [300_000] * 8
    last = [table[name][0] for name in ("train_time_s", "train_acc", "val_acc", "test_acc")]
    assert last == [360.0, 4.5, 2.25, 1.125]
    assert [table[name][1] for name in ("energy_kwh", "co2eq_g")] == [0.0625, 1.0]
    middle = [table[f"ckpt_ep1_{n}"][0] for n in ("val_acc", "train_time_s", "energy_kwh")]
    assert middle == [0.0625, 10.0, 0.015625]
    assert [table[n][0] for n in ("total_time_s", "total_energy_kwh")] == [77.0, 0.5]


def test_ecnas_5v_has_its_evaluation_at_epoch_2(originals):
    files = tfrecord(originals, [ecnas_row("a", 4, checkpoint=2)], "5V9E")
    assert ecnas_5v.convert(files)["ckpt_ep2_train_time_s"].tolist() == [20.0]


def test_ecnas_refuses_incomplete_files(originals):
    files = tfrecord(originals, [ecnas_row("a", 4), ecnas_row("a", 36), ecnas_row("b", 4)])
    with pytest.raises(DataError, match="networks differ in their budgets or numbers of repeats"):
        ecnas_4v.convert(files)
    with pytest.raises(DataError, match=r"network a has evaluations at epochs \[0, 1, 5\], expec"):
        ecnas_4v.convert(tfrecord(originals, [ecnas_row("a", 4, budget=5)]))
    path = files["ec-nas-bench/energy_4V9E.tfrecord"]
    tfrecord(originals, [ecnas_row("a", 4)])
    content = path.read_bytes()
    for end in (len(content) - 1, 5):
        path.write_bytes(content[:end])
        with pytest.raises(DataError, match="ends within a record"):
            ecnas_4v.convert(files)
