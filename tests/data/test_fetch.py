"""Fetching: faults of servers, mirrors and disks, after which no wrong file is left."""

from __future__ import annotations

import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import numpy as np
import pytest

from bench.data import content_digest, fetch_table, load_table
from bench.data.catalogue import CatalogueEntry, OriginalSource, SourceFile
from bench.errors import CallError, DataError, DownloadError

# pooch leaves an interrupted connection to the garbage collector, which warns.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

CONTENT = b"7 8 9\n" * 4000
COLUMNS = {"value": np.asarray([7, 8, 9], dtype=np.int16)}


class Handler(BaseHTTPRequestHandler):
    """Answers requests in the way that the server's `behaviours` say."""

    def do_GET(self):
        server = self.server
        server.requests.append(self.path)
        behaviour = server.behaviours.pop(0) if len(server.behaviours) > 1 else server.behaviours[0]
        if isinstance(behaviour, int):
            self.send_error(behaviour)
            return
        body = b"x" + CONTENT[1:] if behaviour == "wrong byte" else CONTENT
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if behaviour not in {"truncate", "stall"} else body[:5000])
        self.wfile.flush()
        if behaviour == "stall":
            server.over.wait(20)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    httpd.requests, httpd.behaviours, httpd.over = [], ["whole"], threading.Event()
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield httpd
    httpd.over.set()
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.fixture
def small(tmp_path, monkeypatch, server):
    """Add a table of one source file to the catalogue, with an address on the local server."""
    monkeypatch.setenv("MONAS_DATA", str(tmp_path / "data"))
    file = SourceFile(
        name="deep/numbers.txt",
        path="numbers.txt",
        sha256=sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
    )
    source = OriginalSource(
        key="small-source",
        repository="nobody/small",
        commit="0" * 40,
        licence="MIT",
        citation="Nobody, Small numbers",
        files=(file,),
    )
    entry = CatalogueEntry(
        name="small",
        title="Three numbers",
        licence="MIT",
        file="small.parquet",
        rows=3,
        content_sha256=content_digest(COLUMNS),
        columns={"value": "a number"},
        sources=("small-source/deep/numbers.txt",),
        converter="small",
    )

    def convert(files):
        (path,) = files.values()
        first = path.read_text().splitlines()[0]
        return {"value": np.asarray(first.split(), dtype=np.int16), "scratch": np.zeros(3)}

    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(OriginalSource, "url", lambda self, file: f"{address}/direct/{file.path}")
    monkeypatch.setattr("bench.data.fetch.source_file", lambda _: (source, file))
    for module in ("bench.data.fetch", "bench.data.table"):
        monkeypatch.setattr(f"{module}.catalogue_entry", lambda _: entry)
    monkeypatch.setattr(
        "bench.data.fetch.import_module", lambda _: SimpleNamespace(convert=convert)
    )
    monkeypatch.setattr("bench.data.fetch._TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr("pooch.core.time", SimpleNamespace(sleep=lambda _: None))
    return SimpleNamespace(
        entry=entry, folder=tmp_path / "data", mirror=address + "/mirror", server=server
    )


def files_in(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


WHOLE = ["small.parquet", "sources/small-source/deep/numbers.txt"]


def test_a_fetched_table_loads_and_is_not_downloaded_again(small):
    reports = []
    path = fetch_table("small", report=lambda *progress: reports.append(progress))
    assert path == small.folder / "small.parquet"
    assert load_table("small").columns["value"].tolist() == [7, 8, 9]
    assert small.server.requests == ["/direct/numbers.txt"]
    assert reports == [
        (0, 1, "small-source/deep/numbers.txt"),
        (1, 1, "converting to small.parquet"),
    ]
    fetch_table("small")
    assert len(small.server.requests) == 1
    assert files_in(small.folder) == WHOLE


def test_a_mirror_at_an_address_has_the_layout_of_the_folder(small):
    fetch_table("small", mirror=small.mirror)
    assert small.server.requests == ["/mirror/small-source/deep/numbers.txt"]


@pytest.mark.parametrize("fault", ["truncate", "stall", 404, 500, "wrong byte"])
def test_after_a_temporary_fault_the_download_is_repeated(small, fault):
    small.server.behaviours = [fault, "whole"]
    fetch_table("small")
    assert len(small.server.requests) == 2
    assert files_in(small.folder) == WHOLE


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("truncate", r"could not be downloaded \(3 attempts\)"),
        ("stall", r"could not be downloaded \(3 attempts\): ConnectionError: .*timed out"),
        (404, "the server answered 404 Not Found"),
        (500, "the server answered 500 Internal Server Error"),
        ("wrong byte", r"sent another file than expected .*nothing of it was kept"),
    ],
)
def test_a_permanent_fault_is_reported_and_leaves_no_file(small, fault, message):
    small.server.behaviours = [fault]
    with pytest.raises(DownloadError, match=message) as caught:
        fetch_table("small")
    assert "direct/numbers.txt" in str(caught.value)
    assert "--mirror" in str(caught.value)
    assert "monas data import small PATH" in str(caught.value)
    assert len(small.server.requests) == 3
    assert files_in(small.folder) == []


def test_without_a_network_the_address_and_another_way_are_named(small, monkeypatch):
    small.server.shutdown()
    small.server.server_close()
    with pytest.raises(DownloadError, match=r"numbers\.txt could not be .*ConnectionError.*import"):
        fetch_table("small")
    assert files_in(small.folder) == []


def test_a_damaged_original_is_downloaded_again(small):
    fetch_table("small")
    (small.folder / WHOLE[1]).write_bytes(b"damaged")
    fetch_table("small")
    assert len(small.server.requests) == 2
    assert (small.folder / WHOLE[1]).read_bytes() == CONTENT


def test_a_mirror_folder(small, tmp_path):
    path = tmp_path / "mirror" / "small-source" / "deep" / "numbers.txt"
    with pytest.raises(DownloadError, match=r"the mirror has no .*numbers\.txt; expected a file"):
        fetch_table("small", mirror=str(tmp_path / "mirror"))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" + CONTENT[1:])
    with pytest.raises(DownloadError, match="is not the file that tables are made from"):
        fetch_table("small", mirror=str(tmp_path / "mirror"))
    assert files_in(small.folder) == []
    path.write_bytes(CONTENT)
    fetch_table("small", mirror=str(tmp_path / "mirror"))
    assert files_in(small.folder) == WHOLE
    assert small.server.requests == []


def test_a_result_that_the_catalogue_does_not_expect_is_not_written(small, monkeypatch):
    monkeypatch.setattr(
        "bench.data.fetch.import_module",
        lambda _: SimpleNamespace(convert=lambda _: {"value": np.zeros(3, dtype=np.int16)}),
    )
    with pytest.raises(DataError, match=r"the converted table is not 'small': content has sha256"):
        fetch_table("small")
    assert files_in(small.folder) == WHOLE[1:]


def test_a_folder_that_cannot_be_written_is_named(small, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MONAS_DATA", str(tmp_path / "file" / "below"))
    with pytest.raises(CallError, match=r"cannot write to .*MONAS_DATA names the folder"):
        fetch_table("small")


def test_tables_that_cannot_be_fetched_name_the_reason():
    with pytest.raises(CallError, match="is part of the suite"):
        fetch_table("nb201-digits")
    with pytest.raises(
        CallError, match=r"'nb201-mote' cannot be fetched: .*data import nb201-mote"
    ):
        fetch_table("nb201-mote")
    with pytest.raises(CallError, match="unknown table 'nb2'"):
        fetch_table("nb2")
