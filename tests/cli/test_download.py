"""Ctrl-C in a download, whatever the server does: a real process, a real signal, a server on this machine."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from bpcli.data.sources.fetch import TIMEOUT

HEADER = b"HTTP/1.1 200 OK\r\nContent-Length: 9912422\r\n\r\n"
SOON = TIMEOUT - 2
"""Seconds: a process that waits for the server to be given up takes longer."""

PROGRAM = """
import sys
from tensorflow_datasets.core.download.checksums import UrlInfo
from tensorflow_datasets.core.utils import Size
from tensorflow_datasets.image_classification import mnist
from bpcli.data.sources.originals import ORIGINALS
mnist.MNIST.url_infos = {{
    "{address}" + name: UrlInfo(size=Size(100), checksum=original.sha256, filename=name)
    for name, original in ORIGINALS["mnist"].items()
}}
from bpcli.cli.process import run
sys.exit(run({arguments!r}))
"""
CONFIG = "data: {name: mnist, cache_dir: cache}\nmodel: {layers: [10]}\n"


def silent(connection: socket.socket, ended: Event) -> None:
    ended.wait()


def trickling(connection: socket.socket, ended: Event) -> None:
    connection.sendall(HEADER)
    while not ended.wait(0.05):
        connection.sendall(b"x")


def slow_with_its_header(connection: socket.socket, ended: Event) -> None:
    for byte in HEADER * 1000:
        if ended.wait(0.5):
            return
        connection.sendall(bytes([byte]))


def slow(connection: socket.socket, ended: Event) -> None:
    connection.sendall(HEADER)
    while not ended.wait(0.2):
        connection.sendall(b"x" * 5000)


def stopping_in_the_middle(connection: socket.socket, ended: Event) -> None:
    connection.sendall(HEADER + b"x" * 100_000)
    ended.wait()


@contextlib.contextmanager
def serving(behave: Callable[[socket.socket, Event], None]) -> Iterator[tuple[str, Event]]:
    """The address of a server that takes one connection after the other, and whether a request has come."""
    asked, ended = Event(), Event()

    def answer(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            asked.set()
            behave(connection, ended)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=accept, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/", asked
        finally:
            ended.set()
            listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("behave", "number", "code"),
    [
        (silent, signal.SIGINT, 130),
        (silent, signal.SIGTERM, 143),
        (trickling, signal.SIGINT, 130),
        (slow_with_its_header, signal.SIGINT, 130),
        (slow, signal.SIGINT, 130),
        (stopping_in_the_middle, signal.SIGTERM, 143),
    ],
)
def test_a_signal_ends_a_download_at_once_and_leaves_nothing(
    folder: Path, behave: Callable[[socket.socket, Event], None], number: int, code: int
) -> None:
    Path("mnist.yaml").write_text(CONFIG)
    Path("tmp").mkdir()
    with serving(behave) as (address, asked):
        program = PROGRAM.format(address=address, arguments=["train", "mnist.yaml", "-o", "run"])
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(folder / "tmp")},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            assert asked.wait(60), "no request has come"
            time.sleep(0.3)  # the answer begins
            process.send_signal(number)
            out, err = process.communicate(timeout=SOON)
        finally:
            process.kill()
            process.communicate()
    assert (process.returncode, out, err) == (code, "", "error: interrupted\n")
    assert list(Path("tmp").iterdir()) == []
    assert list(Path("cache").iterdir()) == []
    assert not Path("run").exists()
