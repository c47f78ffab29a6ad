"""Row 9: of damaged data nothing is learnt: they are refused by name, or made anew and then the true ones."""

from __future__ import annotations

import gzip
import random
import shutil
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

from bpcli.data.sources.originals import ORIGINALS, TEST, TRAIN, Original
from torture.children import Ending, bpcli
from torture.damage import ARRAYS, CACHE, CSV, DAMAGES, NPZ, ORIGINAL, OTHER_CACHE, Damage
from torture.points import Kill, Point
from torture.row import Outcome, Row, Size, failures_of
from torture.runs import difference

_REST = "model: {layers: [4, 3]}\ntraining: {epochs: 1}\n"
_IMAGES = "model: {layers: [10]}\ntraining: {epochs: 1}\n"
_INPUTS = "model: {layers: [3, 4]}\nloss: mse\ntraining: {epochs: 1}\n"
CONFIGS = {
    "files": f"data: {{name: mnist, files: {ORIGINAL}, cache_dir: cache}}\n{_IMAGES}",
    "download": f"data: {{name: mnist, cache_dir: cache}}\n{_IMAGES}",
    "other": f"data: {{name: fashion_mnist, files: {ORIGINAL}, cache_dir: cache}}\n{_IMAGES}",
    "npz": f"data: {{name: npz, file: {NPZ}}}\n{_REST}",
    "compressed npz": f"data: {{name: npz, file: {NPZ}}}\n{_REST}",
    "npz of inputs": f"data: {{name: npz, file: {NPZ}, target: input}}\n{_INPUTS}",
    "csv": f"data: {{name: csv, file: {CSV}, test_fraction: 0}}\n{_REST}",
    "csv of words": f"data: {{name: csv, file: {CSV}, test_fraction: 0}}\n{_REST}",
    "csv of known words": f"data: {{name: csv, file: {CSV}, test_fraction: 0, classes: [ash, elm, fir]}}\n{_REST}",
}
"""Of the subjects, by name."""

SUBJECTS = {
    "files": ("files",),
    "cache": ("files", "download"),
    "download": ("download",),
    "npz": ("npz", "compressed npz", "npz of inputs"),
    "csv": ("csv", "csv of words", "csv of known words"),
}
"""Which have what can be damaged."""

LONGEST = 1000
"""Characters of an error that a person may be expected to read."""

Arrays = Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """A config and its data."""

    name: str
    folder: Path
    """with the true data, and a run on them in `run`"""
    true: Arrays
    """what is to be trained on"""
    infos: Arrays
    """what tensorflow-datasets is to know of the original files, by their names"""

    def fresh(self, folder: Path) -> Path:
        """A new folder with all the data, and no run."""
        return Path(shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("run", "trained*", ".std*")))


@dataclass(frozen=True)
class Answer:
    """What came of a case: one word, and what is wrong with it."""

    outcome: str
    problem: str | None = None


Case = Callable[[Path, random.Random], Answer]
"""In a new folder."""


def data_files(size: Size, folder: Path) -> Outcome:
    """Every damage as often as any other; kills while the cache is made, and two makers at once, six times as often."""
    with _serving(folder) as address:
        subjects = _prepare(folder, address)
        makers = [subjects["files"], subjects["download"]]
        kinds: list[Case] = [
            *(partial(_damaged, [subjects[name] for name in SUBJECTS[what]], address, damage)
              for what, damages in DAMAGES.items() for damage in damages),
            *[partial(_killed, makers, address)] * 6,
            *[partial(_raced, makers, address)] * 6,
        ]  # fmt: skip
        random.Random(0).shuffle(kinds)
        cases = [(i, kinds[i % len(kinds)]) for i in range(size.of(500))]
        answers = size.each(lambda case: case[1](folder / f"case{case[0]}", random.Random(case[0])), cases)
    figures = ", ".join(f"{count} {outcome}" for outcome, count in Counter(a.outcome for a in answers).most_common())
    return Outcome(len(cases), figures, failures_of([answer.problem for answer in answers]))


def _damaged(subjects: list[Subject], address: str, damage: Damage, folder: Path, draw: random.Random) -> Answer:
    """One file is wrong, in one way."""
    subject = draw.choice(subjects)
    expected = damage(subject.fresh(folder), draw)
    infos = _infos(folder / ORIGINAL) if expected.is_published else subject.infos
    ending = _train(folder, infos, address)
    problem = _wrong_training(subject, folder, ending) if ending.code == 0 else _wrong_refusal(ending, expected.names)
    if not problem and ending.code == 0 and not expected.may_train:
        problem = "is trained on"
    outcome = "refused" if ending.code else "trained on the true data"
    where = f"{folder.name}, {subject.name}, {damage.__name__.strip('_').replace('_', ' ')}: {expected.what}"
    return _answer(folder, outcome, where, problem)


def _killed(subjects: list[Subject], address: str, folder: Path, draw: random.Random) -> Answer:
    """While the cache is made, or made anew; then once more, and at last not."""
    subject = draw.choice(subjects)
    subject.fresh(folder)
    _spoil_cache(folder, draw)
    points = [draw.randrange(32) for _ in range(draw.choice((1, 2)))]
    endings = [_train(folder, subject.infos, address, kill=at, label=str(i)) for i, at in enumerate(points)]
    problem = next((ending.err for ending in endings if ending.code not in (0, -9)), None)
    problem = problem or _wrong_training(subject, folder, _train(folder, subject.infos, address))
    was_killed = any(ending.code for ending in endings)
    where = f"{folder.name}, {subject.name}, killed at {points}"
    return _answer(folder, "killed and made anew" if was_killed else "trained on the true data", where, problem)


def _raced(subjects: list[Subject], address: str, folder: Path, draw: random.Random) -> Answer:
    """Two processes make the same cache, one of which may be killed."""
    subject = draw.choice(subjects)
    subject.fresh(folder)
    _spoil_cache(folder, draw)
    delay, kill = draw.choice((0.0, draw.uniform(0, 0.05))), draw.choice((None, None, draw.randrange(32)))

    def start(label: str) -> Ending:
        time.sleep(delay if label else 0)
        return _train(folder, subject.infos, address, kill=None if label else kill, label=label)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(start, ("", "2"))
    problem = _wrong_training(subject, folder, second, "2")
    if first.code != -9:
        problem = problem or _wrong_training(subject, folder, first)
    where = f"{folder.name}, {subject.name}, two at once, {delay:.3f} s apart, one killed at {kill}"
    return _answer(folder, "made by two at once", where, problem)


def _answer(folder: Path, outcome: str, where: str, problem: str | None) -> Answer:
    if problem:
        return Answer("wrong", f"{where}: {problem}")
    shutil.rmtree(folder)
    return Answer(outcome)


def _spoil_cache(folder: Path, draw: random.Random) -> None:
    """None there, or one that has to be replaced."""
    if draw.random() < 0.5:
        shutil.rmtree(folder / CACHE.parent)
    else:
        (folder / CACHE / f"{draw.choice(ARRAYS)}.npy").write_bytes(b"damaged")


def _wrong_refusal(ending: Ending, names: tuple[str, ...]) -> str | None:
    """A refusal is one line that names the file; after it there may be that of the config, set off."""
    said = ending.err
    first, *rest = said.splitlines() or [""]
    is_plain = first.startswith("error: ") and all(line.startswith("    ") for line in rest if line)
    is_short = len(said) < LONGEST and not ending.has_traceback
    if ending.code == 2 and is_plain and is_short and any(name in first for name in names):
        return None
    return f"exit {ending.code}, {said[:LONGEST]!r}, {len(said)} characters"


def _wrong_training(subject: Subject, folder: Path, ending: Ending, label: str = "") -> str | None:
    """A training is on the true data, says nothing of them, and leaves a cache of the true data."""
    if ending.code or ending.err:
        return f"exit {ending.code}, {ending.err[:LONGEST].strip()!r}"
    with np.load(folder / f"trained{label}.npz") as file:
        if wrong := _unlike(file, subject.true):
            return f"trained on another {wrong}"
    for array in ARRAYS if (subject.folder / CACHE).exists() else ():
        cached = CACHE / f"{array}.npy"
        if (folder / cached).read_bytes() != (subject.folder / cached).read_bytes():
            return f"the cache holds another {array}"
    return difference(folder / f"run{label}", subject.folder / "run") or None


def _unlike(arrays: Arrays, others: Arrays) -> str:
    """The names of the arrays that are not the same bit for bit."""
    a, b = ({name: (x.dtype, x.shape, x.tobytes()) for name, x in of.items()} for of in (arrays, others))
    return ", ".join(sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name)))


class _KillInCache(Kill):
    """Counts what is done to the cache alone."""

    def __call__(self, point: Point) -> None:
        if point.path.startswith(str(CACHE.parent)):
            super().__call__(point)


def _train(folder: Path, infos: Arrays, address: str, *, kill: int | None = None, label: str = "") -> Ending:
    """Train the folder's config in `run`, and leave in trained.npz what was trained on."""
    urls = {f"{address}/{folder.name}/{ORIGINAL}/{name}": info for name, info in infos.items()}
    arguments = ("train", "config.yaml", "-o", f"run{label}", "--progress", "none")
    trap = None if kill is None else _KillInCache(kill)
    return bpcli(folder, arguments, trap=trap, change=_witness, options=(urls, f"trained{label}.npz"), label=label)


def _witness(urls: Arrays, path: str) -> None:
    """From now on these are the originals of every image set, and what is loaded is written to `path`."""
    from tensorflow_datasets.image_classification import mnist

    from bpcli.data.sources.base import Source

    for builder in (mnist.MNIST, mnist.FashionMNIST):
        builder.url_infos = urls
    originals = {url.rpartition("/")[2]: Original(info.checksum) for url, info in urls.items()}
    ORIGINALS.update(mnist=originals, fashion_mnist=originals)
    load = Source.load

    def witnessed(source: Source, seed: int) -> Any:
        data = load(source, seed)
        assert all(examples.rows is None for examples in data.splits.values())
        arrays = {f"{split}_{axis}": getattr(e, axis) for split, e in data.splits.items() for axis in "xy"}
        np.savez(path, **arrays)
        return data

    Source.load = witnessed  # type: ignore[method-assign]


def _infos(folder: Path) -> Arrays:
    """Sizes and SHA-256, as tensorflow-datasets keeps them."""
    from tensorflow_datasets.core.download import checksums

    return {path.name: checksums.compute_url_info(path) for path in folder.iterdir()}


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """The address of a web server for `folder`."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _prepare(folder: Path, address: str) -> dict[str, Subject]:
    """Every subject, trained once."""
    subjects = {}
    for number, (name, config) in enumerate(CONFIGS.items()):
        home = folder / f"subject{number}"
        home.mkdir()
        (home / "config.yaml").write_text(config)
        draw = np.random.default_rng(number if name == "other" else 0)
        true = _write_images(home, draw) if "mnist" in config else _write_own(name, home, draw)
        infos = _infos(home / ORIGINAL) if "mnist" in config else {}
        subjects[name] = Subject(name, home, true, infos)
        ending = _train(home, infos, address)
        problem = _wrong_training(subjects[name], home, ending)
        assert problem is None, problem
    for name in ("files", "download"):
        other = subjects[name].folder / "other"
        shutil.copytree(subjects["other"].folder / ORIGINAL, other, dirs_exist_ok=True)
        shutil.copytree(subjects["other"].folder / OTHER_CACHE, other / OTHER_CACHE)
    return subjects


def _write_images(home: Path, draw: np.random.Generator) -> Arrays:
    (home / ORIGINAL).mkdir()
    true: dict[str, Any] = {}
    for split, names, count in (("train", TRAIN, 30), ("test", TEST, 20)):
        # Each class in both splits: of one that a split lacks a training warns.
        x, y = draw.integers(0, 256, (count, 28, 28), np.uint8), draw.permutation(count).astype(np.uint8) % 10
        for path, magic, values in zip(names, (2051, 2049), (x, y), strict=True):
            content = struct.pack(f">{1 + values.ndim}I", magic, *values.shape) + values.tobytes()
            (home / ORIGINAL / path).write_bytes(gzip.compress(content, mtime=0))
        true |= {f"{split}_x": x.reshape(count, -1), f"{split}_y": y.astype(np.intp)}
    return true


def _write_own(name: str, home: Path, draw: np.random.Generator) -> Arrays:
    return _write_npz(name, home, draw) if "npz" in name else _write_csv(name, home, draw)


def _write_npz(name: str, home: Path, draw: np.random.Generator) -> Arrays:
    """Arrays longer than what zipfile reads at once: else it sees the end of each, and checks it, whatever is read."""
    arrays, true = {}, {}
    for split, count in (("train", 600), ("test", 60)):
        x, y = draw.normal(size=(count, 4)), np.arange(count) % 3
        is_input = name == "npz of inputs"
        arrays |= {f"x_{split}": x} if is_input else {f"x_{split}": x, f"y_{split}": y}
        true |= {f"{split}_x": x, f"{split}_y": np.zeros((count, 1)) if is_input else y.astype(np.intp)}
    (np.savez_compressed if name == "compressed npz" else np.savez)(home / NPZ, **arrays)
    return true


def _write_csv(name: str, home: Path, draw: np.random.Generator) -> Arrays:
    classes = ("ash", "elm", "fir") if "words" in name else ("0", "1", "2")
    x, y = draw.normal(size=(60, 4)), np.arange(60) % 3
    lines = ["a,b,c,d,class", *(",".join([*map(repr, row.tolist()), classes[k]]) for row, k in zip(x, y, strict=True))]
    (home / CSV).write_text("\n".join(lines) + "\n")
    return {"train_x": x, "train_y": y.astype(np.intp)}


ROWS = [
    Row(
        9,
        "truncated, swapped and bit-flipped data files, half-written caches, two processes preparing at once",
        "refused by name or rebuilt; never trained on",
        data_files,
    )
]
