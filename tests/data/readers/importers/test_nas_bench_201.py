"""NAS-Bench-201's .pth: small files made with its own package, compared with its own API."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from bench.data.readers.importers._nb201 import official_strings
from bench.data.readers.importers.nas_bench_201 import read
from bench.errors import DataError, UntrustedPickleError

torch = pytest.importorskip("torch")
package = pytest.importorskip("nas_201_api")
api_utils = pytest.importorskip("nas_201_api.api_utils")


@pytest.fixture(scope="module")
def content(seeds, results_of):
    infos = {}
    for index in seeds:
        states = results_of(api_utils, index)
        infos[index] = {"full": states["200"], "less": states["12"]}
    return {
        "meta_archs": list(official_strings()),
        "total_archs": 15_625,
        "basestr": "C16-N5",
        "arch2infos": infos,
        "evaluated_indexes": set(seeds),
    }


@pytest.fixture
def saved(content, tmp_path):
    """Return a function that saves the content, changed by a function, and returns the path."""

    def save(change=None, **options):
        changed = copy.deepcopy(content)
        if change is not None:
            change(changed)
        path = tmp_path / "NAS-Bench-201-v1_1-096897.pth"
        torch.save(changed, path, **options)
        return path

    return save


@pytest.mark.parametrize("zipped", [True, False])
def test_columns_equal_the_answers_of_the_package(zipped, saved, content, check_against):
    path = saved(_use_new_zipfile_serialization=zipped)
    counts = []
    columns = read(path, partial=True, finished=counts.append)
    assert columns["index"].tolist() == [0, 857, 6111, 15_624]
    assert counts == [1, 2, 3, 4]
    check_against(columns, package.NASBench201API(content, verbose=False))


def test_numpy_scalars_are_allowed(saved):
    def change(content):
        trial = content["arch2infos"][0]["full"]["all_results"]["cifar10-valid", 777]
        trial["eval_acc1es"]["x-valid@199"] = np.float64(91.5)
        trial["latency"] = np.arange(2.0).tolist()

    path = saved(change, _use_new_zipfile_serialization=False)
    assert read(path, partial=True)["c10_val_acc_200_s777"][0] == 91.5
    content = path.read_bytes()
    for new, old in ((b"numpy._core.", b"numpy.core."), (b"numpy.core.", b"numpy._core.")):
        path.write_bytes(content.replace(new, old))
        assert read(path, partial=True)["c10_val_acc_200_s777"][0] == 91.5


def test_files_of_version_1_0_have_no_times_and_one_short_training(saved):
    def change(content):
        for info in content["arch2infos"].values():
            for trial in info["full"]["all_results"].values():
                trial["train_times"] = None
                trial["eval_times"] = {}
            less = info["less"]
            less["dataset_seed"] = {"cifar10-valid": [777]}
            key = ("cifar10-valid", 777)
            less["all_results"] = {key: less["all_results"][key]}

    columns = read(saved(change), partial=True)
    for name in ("c10_train_time_epoch_s", "c10_test_acc_12", "c100_val_acc_12"):
        assert np.isnan(columns[name]).all()
    for name in ("c10_val_acc_12", "c10_val_acc_200", "c100_test_acc_200"):
        assert np.isfinite(columns[name]).all()


def test_an_incomplete_file_is_refused(saved):
    with pytest.raises(DataError, match=r"\.pth: found 4 architectures, expected 15,625"):
        read(saved())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("meta_archs"), r"no key 'meta_archs', expected a dictionary with"),
        (lambda c: c["meta_archs"].reverse(), r"meta_archs\[0\] is '\|"),
        (lambda c: c["arch2infos"].pop(857), r"arch2infos\[857\] has no 'full' and 'less'"),
        (lambda c: c["arch2infos"][0].pop("less"), r"arch2infos\[0\] has no 'full' and 'less'"),
        (
            lambda c: c["arch2infos"][0]["full"].pop("dataset_seed"),
            r"arch2infos\[0\]: no key 'dataset_seed'",
        ),
        (
            lambda c: c["arch2infos"][0]["full"]["all_results"]["cifar100", 888]["eval_acc1es"].pop(
                "x-test@199"
            ),
            r"arch2infos\[0\]: no key 'x-test@199'",
        ),
        (
            lambda c: c["arch2infos"].update({0: c["arch2infos"][857]}),
            r"arch2infos\[0\]: results of '\|.*', expected those of '\|avg_pool",
        ),
        (
            lambda c: c["arch2infos"][0].update(full=[]),
            r"arch2infos\[0\]: not the results of an architecture",
        ),
        (
            lambda c: c["arch2infos"][0]["full"].update(dataset_seed={"cifar10-valid": [1]}),
            r"arch2infos\[0\]: no key \('cifar10-valid', 1\)",
        ),
    ],
)
def test_faults_are_named(change, message, saved):
    with pytest.raises(DataError, match=message):
        read(saved(change), partial=True)


def test_an_unknown_seed_is_named(saved):
    def change(content):
        full = content["arch2infos"][0]["full"]
        full["dataset_seed"]["cifar10-valid"] = [5]
        full["all_results"]["cifar10-valid", 5] = full["all_results"]["cifar10-valid", 777]

    with pytest.raises(DataError, match=r"seed 5 of cifar10-valid, expected \(777, 888, 999\)"):
        read(saved(change), partial=True)


@pytest.mark.parametrize("zipped", [True, False])
def test_code_is_refused_and_does_not_run(zipped, saved, attack):
    def change(content):
        content["arch2infos"][0]["full"]["all_results"]["more"] = {"deep": [attack.payload]}

    path = saved(change, _use_new_zipfile_serialization=zipped)
    with pytest.raises(UntrustedPickleError, match=r"refers to posix\.system, expected") as caught:
        read(path, partial=True)
    assert "weights_only" not in str(caught.value)
    assert not attack.marker.exists()


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(DataError, match=r"absent\.pth: cannot be read: No such file"):
        read(tmp_path / "absent.pth")
    path = tmp_path / "text.pth"
    path.write_text("no torch file")
    with pytest.raises(DataError, match=r"text\.pth: not a file of torch\.save, or damaged"):
        read(path)
    torch.save([1, 2], path)
    with pytest.raises(DataError, match=r"no key 'meta_archs'"):
        read(path)
