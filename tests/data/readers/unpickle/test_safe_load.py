"""Untrusted pickles: data is read whole, code is refused and never runs."""

from __future__ import annotations

import builtins
import bz2
import os
import pickle
import subprocess
import zipfile
from collections import Counter, OrderedDict, defaultdict

import numpy as np
import pytest

from bench.data.readers.unpickle import Record, load_compressed, load_torch_zip, safe_load
from bench.errors import DataError, UntrustedPickleError

PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)

PLAIN = {
    "text": "accuracy, \N{LATIN SMALL LETTER E WITH ACUTE}",
    "bytes": bytes(range(256)),
    "numbers": [0, -1, 2**70, 0.1, float("inf"), True, None],
    "containers": [(), (1, (2,)), {3, 4}, {"a": {"b": []}}, set()],
    "collections": [
        OrderedDict([("b", 1), ("a", 2)]),
        defaultdict(list, {"k": [1]}),
        defaultdict(None, {1: 2}),
    ],
}
ARRAYS = {
    "floats": np.linspace(0, 1, 12).reshape(3, 4),
    "fortran": np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)),
    "big-endian": np.arange(3, dtype=">f4"),
    "text": np.asarray(["a", "bcd"]),
    "raw": np.asarray([b"a", b"bcd"]),
    "objects": np.asarray(["a", 2, None], dtype=object),
    "empty": np.empty((0, 5), dtype=np.uint8),
    "zero-dimensional": np.asarray(3.5),
    "booleans": np.asarray([True, False]),
    "strided": np.arange(20)[::3],
}
SCALARS = [
    np.float64(0.1),
    np.float32(2),
    np.int8(-3),
    np.bool_(True),
    np.complex64(1j),
    np.str_("x"),
]


@pytest.fixture
def marker(tmp_path):
    """Path of the file that each malicious pickle makes if its code runs."""
    return tmp_path / "it-ran"


class Calls:
    def __init__(self, function, *arguments):
        self.reduced = (function, arguments)

    def __reduce__(self):
        return self.reduced


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_containers_are_read(protocol):
    back = safe_load(pickle.dumps(PLAIN, protocol))
    assert back == PLAIN
    found = [*back["numbers"], *back["containers"], *back["collections"]]
    expected = [*PLAIN["numbers"], *PLAIN["containers"], {}, {}, {}]
    assert list(map(type, found)) == list(map(type, expected))
    assert list(back["collections"][0]) == ["b", "a"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_are_read(name, protocol):
    content = pickle.dumps({"deep": [ARRAYS[name]]}, protocol)
    back = safe_load(content)["deep"][0]
    assert type(back) is np.ndarray
    assert back.dtype == pickle.loads(content)["deep"][0].dtype
    assert back.shape == ARRAYS[name].shape
    assert back.tolist() == ARRAYS[name].tolist()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_scalars_are_read(protocol):
    back = safe_load(pickle.dumps(SCALARS, protocol))
    assert back == SCALARS
    assert list(map(type, back)) == list(map(type, SCALARS))


def test_names_of_older_and_newer_numpy_are_equivalent():
    content = pickle.dumps(ARRAYS["floats"], 2)
    for old, new in ((b"numpy._core.", b"numpy.core."), (b"numpy.core.", b"numpy._core.")):
        assert np.array_equal(safe_load(content.replace(old, new)), ARRAYS["floats"])


def test_paths_and_bytes(tmp_path):
    path = tmp_path / "a.pickle"
    path.write_bytes(pickle.dumps([1]) + b"what follows is not read")
    assert safe_load(path) == safe_load(path.read_bytes()) == [1]


@pytest.mark.parametrize("protocol", [0, 1])
def test_protocols_of_text_are_refused(protocol):
    with pytest.raises(DataError, match=r"^pickle: .*expected a pickle of protocol 2 to 5"):
        safe_load(pickle.dumps([1], protocol))


def test_arrays_cannot_be_written():
    with pytest.raises(ValueError, match="read-only"):
        safe_load(pickle.dumps(np.zeros(3)))[0] = 1


def attacks(marker):
    """Return pickles that make `marker` if their code runs, each with the refused name."""
    command = f"touch {marker}"
    system = Calls(os.system, command)
    array = np.empty(1, dtype=object)
    array[0] = system
    by_name = b"\x80\x02cbuiltins\ngetattr\n(cposix\nsystem\nX\x08\x00\x00\x00__call__tR."
    dotted = b"\x80\x04\x8c\x0bcollections\x8c\x18OrderedDict.fromkeys.__x\x93."
    rebuild = ndarray_reduce()[0]
    return {
        "a command": (pickle.dumps(system), "posix.system"),
        "a command, as Python 2 writes it": (pickle.dumps(system, 2), "posix.system"),
        "a file": (pickle.dumps(Calls(builtins.open, str(marker), "w"), 2), "open"),
        "getattr": (by_name, "builtins.getattr"),
        "eval": (pickle.dumps(Calls(eval, f"open({str(marker)!r}, 'w')")), "builtins.eval"),
        "exec": (pickle.dumps(Calls(exec, f"open({str(marker)!r}, 'w')")), "builtins.exec"),
        "nested": (pickle.dumps({"cifar10": [1, {"deeper": (system,)}]}), "posix.system"),
        "in an array of objects": (pickle.dumps(array), "posix.system"),
        "as the type of an array": (
            pickle.dumps(Calls(rebuild, subprocess.Popen, (0,), b"b")),
            "subprocess.Popen",
        ),
        "as a default factory": (pickle.dumps(Calls(defaultdict, os.getcwd)), "posix.getcwd"),
        "a subclass of dict": (pickle.dumps(Counter("abc")), "collections.Counter"),
        "an attribute of a container": (dotted, "collections.OrderedDict.fromkeys.__x"),
        "a loader of files": (pickle.dumps(Calls(np.load, str(marker))), "numpy.load"),
    }


def ndarray_reduce():
    return np.empty(0).__reduce__()


@pytest.mark.parametrize("kind", sorted(attacks("marker")))
def test_code_is_refused_and_does_not_run(kind, marker, tmp_path):
    content, refused = attacks(marker)[kind]
    path = tmp_path / "malicious.pickle"
    path.write_bytes(content)
    with pytest.raises(UntrustedPickleError) as caught:
        safe_load(path)
    assert str(caught.value).startswith(f"{path}: the pickle refers to ")
    assert f"{refused} (code), expected arrays" in str(caught.value)
    assert "the file was not read and none of its code was run" in str(caught.value)
    assert not marker.exists()


def test_the_attack_works_with_pickle_loads(marker):
    pickle.loads(attacks(marker)["nested"][0])
    assert marker.exists()


def test_code_inside_bz2_and_zip_is_refused(marker, tmp_path):
    content = attacks(marker)["nested"][0]
    packed = tmp_path / "000000.pickle.pbz2"
    packed.write_bytes(bz2.compress(content))
    with pytest.raises(UntrustedPickleError, match=r"^.*pbz2: .*system"):
        load_compressed(packed, "bz2")
    zipped = tmp_path / "latency.pt"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("latency/data.pkl", content)
    with pytest.raises(
        UntrustedPickleError, match=r"latency\.pt: the pickle refers to posix.system"
    ):
        load_torch_zip(zipped)
    assert not marker.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "byte 0: found b'', expected a pickle of protocol 2 to 5"),
        (b"PK\x03\x04 no", r"byte 0: found b'PK\\x03\\x04 no', expected a pickle of protocol"),
        (pickle.dumps(PLAIN)[:-40], r"byte 2: found a frame of \d+ bytes, expected at most the"),
        (pickle.dumps(PLAIN, 3)[:-40], r"byte \d+: found the end of the file, expected"),
        (pickle.dumps(Calls(ndarray_reduce()[0], list, (0,), b"b")), "array of another type"),
        (b"\x80\x02cnumpy\ndtype\n(N}X\x01\x00\x00\x00aK\x01stb.", "a state of numpy.dtype"),
        (
            b"\x80\x02ccollections\nOrderedDict\n(N}X\x01\x00\x00\x00aK\x01stb.",
            "a state of collections.OrderedDict",
        ),
        (b"\x80\x02cnumpy\nndarray\n(K\x02tR.", "a call of numpy.ndarray"),
        (
            pickle.dumps(b"\xff", 2).replace(b"latin1", b"utf_16"),
            "the encoding 'utf_16', expected latin1",
        ),
    ],
)
def test_damaged_pickles_are_errors_that_name_the_file(content, message):
    with pytest.raises(DataError, match=rf"^here: not a pickle of .*({message})"):
        safe_load(content, name="here")


def test_a_missing_file_is_named(tmp_path):
    for read in (safe_load, load_torch_zip):
        with pytest.raises(DataError, match=r"absent.pt: cannot be read: No such file"):
            read(tmp_path / "absent.pt")


def test_persistent_ids_are_refused():
    with pytest.raises(UntrustedPickleError, match=r"an object outside it \('storage 0'\)"):
        safe_load(b"\x80\x02U\x09storage 0Q.")


def test_an_object_of_a_class_becomes_a_record_and_nothing_is_imported():
    content = b"\x80\x02cno_such_module\nModel\n)\x81}X\x01\x00\x00\x00aK\x01sb."
    back = safe_load(content, records=[("no_such_module", "Model")])
    assert type(back) is Record
    assert (back.module, back.name) == ("no_such_module", "Model")
    assert (back.arguments, back.state) == ((), {"a": 1})
    called = safe_load(pickle.dumps(Counter("aab")), records=[("collections", "Counter")])
    assert called.arguments == ({"a": 2, "b": 1},)
    with pytest.raises(UntrustedPickleError, match=r"refers to no_such_module\.Model \(code\)"):
        safe_load(content)


def test_torch_files_of_containers_are_read_without_torch(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "latency.pt"
    torch.save({"latency": [1.5, 2.5]}, path)
    assert load_torch_zip(path) == {"latency": [1.5, 2.5]}
    torch.save([torch.ones(2)], path)
    with pytest.raises(UntrustedPickleError, match=r"torch._utils\S+ \(a tensor or another object"):
        load_torch_zip(path)
    torch.save([1], path, _use_new_zipfile_serialization=False)
    with pytest.raises(DataError, match=r"expected the zip format of torch\.save"):
        load_torch_zip(path)


def test_a_zip_that_torch_did_not_write_is_refused(tmp_path):
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme", "")
    with pytest.raises(DataError, match=r"0 members \*/data.pkl"):
        load_torch_zip(path)


def test_published_latencies_are_read(real_tables):
    folder = real_tables / "raw" / "help_nasbench201"
    if not folder.is_dir():
        pytest.skip("no original files on this machine")
    index = load_torch_zip(folder / "str_arch2idx.pt")
    latency = load_torch_zip(folder / "latency" / "raspi4.pt")
    assert len(index) == len(latency) == 15_625
    assert index["|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+" + FIRST_NODE_3] == 0


FIRST_NODE_3 = "|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"
