"""The real download code of tensorflow-datasets, against a server on this machine and a folder of files."""

import contextlib
import logging
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bpcli.data.sources import fetch
from bpcli.data.sources.fetch import original_files
from bpcli.data.sources.originals import TEST, TRAIN
from bpcli.errors import DataError

Publish = Callable[..., None]
NAMES = TRAIN + TEST


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a web server for `folder`."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def fetched(folder: Path | None = None) -> dict[str, bytes]:
    with original_files("mnist", NAMES, folder) as files:
        return {name: path.read_bytes() for name, path in files.items()}


def test_files_are_downloaded_and_verified(tiny: Path, publish: Publish) -> None:
    with serving(tiny) as address:
        publish(tiny, address)
        assert fetched() == {name: (tiny / name).read_bytes() for name in NAMES}


def test_downloads_are_gone_when_they_are_decoded(tiny: Path, publish: Publish) -> None:
    with serving(tiny) as address:
        publish(tiny, address)
        with original_files("mnist", NAMES, None) as files:
            paths = list(files.values())
    assert not any(path.exists() for path in paths)


def test_the_users_own_files_are_verified_and_stay_where_they_are(tiny: Path, publish: Publish) -> None:
    publish(tiny)
    with original_files("mnist", NAMES, tiny) as files:
        assert files == {name: tiny / name for name in NAMES}
    assert sorted(path.name for path in tiny.iterdir()) == sorted(NAMES)


def test_a_missing_file_on_the_server_says_so_and_names_data_files(tiny: Path, publish: Publish) -> None:
    with serving(tiny) as address:
        publish(tiny, address)
        (tiny / TEST[0]).unlink()
        with pytest.raises(DataError, match=rf"{TEST[0]}.*HTTP code: 404.*data\.files"):
            fetched()


def test_a_download_with_a_wrong_checksum_is_refused_by_name(tiny: Path, publish: Publish) -> None:
    with serving(tiny) as address:
        publish(tiny, address)
        (tiny / TRAIN[1]).write_bytes(b"something else")
        with pytest.raises(DataError, match=f"{address}{TRAIN[1]} is not the original {TRAIN[1]} of mnist: its SHA"):
            fetched()


def test_a_file_of_ones_own_with_a_wrong_checksum_is_refused_by_name(tiny: Path, publish: Publish) -> None:
    publish(tiny)
    (tiny / TEST[1]).write_bytes((tiny / TRAIN[1]).read_bytes())
    with pytest.raises(DataError, match=re.escape(f"{tiny / TEST[1]} is not the original {TEST[1]} of mnist")):
        fetched(tiny)


def test_no_network_is_a_clear_error_within_seconds(tiny: Path, publish: Publish) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        publish(tiny, f"http://127.0.0.1:{unused.getsockname()[1]}/")
        start = time.monotonic()
        with pytest.raises(DataError, match=r"cannot download http.*out of reach or silent; .* data\.files"):
            fetched()
        assert time.monotonic() - start < 5


def test_a_silent_server_is_given_up(tiny: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        publish(tiny, f"http://127.0.0.1:{silent.getsockname()[1]}/")
        start = time.monotonic()
        with pytest.raises(DataError, match=r"out of reach or silent"):
            fetched()
        assert time.monotonic() - start < 5


def test_other_programs_settings_are_put_back(tiny: Path, publish: Publish) -> None:
    import requests
    from tensorflow_datasets.core.download import downloader

    def settings() -> tuple[object, ...]:
        executor = downloader.get_downloader(max_simultaneous_downloads=None)._executor
        level = logging.root.manager.disable
        return requests.Session.request, downloader.MAX_RETRIES, executor, level, sys.stdout, sys.stderr

    before = settings()
    publish(tiny)
    fetched(tiny)
    with pytest.raises(DataError):
        fetched()
    assert settings() == before


def test_nothing_is_printed_and_tensorflow_is_not_imported(tiny: Path) -> None:
    program = f"""
import sys
from bpcli.data.sources.fetch import original_files
assert "tensorflow_datasets" not in sys.modules
from bpcli.errors import DataError
from pathlib import Path
try:
    with original_files("mnist", {NAMES}, Path({str(tiny)!r})):
        pass
except DataError as error:
    assert "is not the original" in str(error)
else:
    raise SystemExit("these are not MNIST")
assert "tensorflow_datasets" in sys.modules and "tensorflow" not in sys.modules
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
