"""The original files of an image set, downloaded or taken from a folder, verified by tensorflow-datasets.

Its download manager and its table of SHA-256 sums need no TensorFlow; its preparation of records does, so the
files are decoded by `idx`.
"""

from __future__ import annotations

import functools
import io
import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from threading import Thread
from typing import Any

from bpcli.errors import DataError

TIMEOUT = 10.0
"""Seconds a server may stay silent. tensorflow-datasets sets no limit."""

RETRIES = 1
"""Further attempts. tensorflow-datasets makes ten, which without a network take minutes."""


@contextmanager
def original_files(dataset: str, names: tuple[str, ...], folder: Path | None) -> Iterator[dict[str, Path]]:
    """The files of `dataset` called `names`, by name, for as long as the context lasts.

    They come from `folder` if there is one, else from the network into a temporary folder. Raises DataError for
    one that cannot be had or whose SHA-256 is not the published one. An exception that a signal raises ends the
    download at once, and removes what has come of it.
    """
    with tempfile.TemporaryDirectory(prefix="bpcli-", ignore_cleanup_errors=True) as temporary, _quiet():
        import tensorflow_datasets as tfds

        url_infos = tfds.builder_cls(dataset).url_infos
        urls = {info.filename: url for url, info in url_infos.items()}
        manager = tfds.download.DownloadManager(
            download_dir=f"{temporary}/download",
            extract_dir=f"{temporary}/extract",  # its default is shared, and mixes up sets with equal file names
            manual_dir=folder,
            dataset_name=dataset,
            url_infos=url_infos,
        )
        with _impatient(manager):
            files = {name: _fetch(manager, dataset, urls[name], folder) for name in names}
        yield files


def _fetch(manager: Any, dataset: str, url: str, folder: Path | None) -> Path:
    """One file at a time, so that an error names its file and no other download is left running."""
    from requests import RequestException
    from tensorflow_datasets.core.download.download_manager import NonMatchingChecksumError
    from tensorflow_datasets.core.download.util import DownloadError

    name = url.rpartition("/")[2]
    instead = f"to do without, put the original .gz files of {dataset} into a folder and name it as data.files"
    try:
        return Path(_left_behind(lambda: manager.download(url)))
    except NonMatchingChecksumError as error:
        where = url if folder is None else folder / name
        raise DataError(f"{where} is not the original {name} of {dataset}: its SHA-256 or its size differs") from error
    except RequestException as error:
        raise DataError(f"cannot download {url}: the server is out of reach or silent; {instead}") from error
    except DownloadError as error:
        raise DataError(f"cannot download {dataset}: {str(error).rstrip('.')}; {instead}") from error
    except OSError as error:
        raise DataError(f"cannot get {name} of {dataset}: {error}") from error


def _left_behind(work: Callable[[], Any]) -> Any:
    """What `work` returns or raises, done by a thread that is left behind where this one is interrupted.

    Neither the wait for a server nor that for the address of its name can be broken off. The thread ends with the
    process, and before that finds its folder removed.
    """
    outcome: Future[Any] = Future()
    Thread(target=_settle, args=(outcome, work), daemon=True).start()
    return outcome.result()


def _settle(outcome: Future[Any], work: Callable[[], Any]) -> None:
    try:
        outcome.set_result(work())
    except BaseException as error:
        outcome.set_exception(error)


class _AtOnce(Executor):
    """Calls in the thread that asks for them. Python would wait for a pool's threads before it ends."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        outcome: Future[Any] = Future()
        _settle(outcome, functools.partial(fn, *args, **kwargs))
        return outcome


@contextmanager
def _impatient(manager: Any) -> Iterator[None]:
    """Give downloads `TIMEOUT`, `RETRIES` and no threads, for which tensorflow-datasets has no arguments."""
    import requests
    from tensorflow_datasets.core.download import downloader

    session: Any = requests.Session
    shared = manager._downloader
    request, retries, executor = session.request, downloader.MAX_RETRIES, shared._executor
    session.request = functools.partialmethod(request, timeout=TIMEOUT)
    downloader.MAX_RETRIES = RETRIES
    shared._executor = _AtOnce()
    try:
        yield
    finally:
        session.request, downloader.MAX_RETRIES, shared._executor = request, retries, executor


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the progress bars, warnings and logs of other libraries out of this program's output."""
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
