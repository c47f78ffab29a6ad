"""Whole processes: from nothing to 98 % on MNIST, XOR, the start of each verb, memory."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bpcli.cli.front import COMMANDS
from bpcli.data.sources.idx import read_pair

CONFIGS = Path(__file__).parent.parent / "configs"
BPCLI = (sys.executable, "-m", "bpcli")
NEW = "<new folder>"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
IMPORTS = "import typer, pydantic, yaml, rich.live, threadpoolctl, bpcli.api.train, bpcli.report.display"


@dataclass(frozen=True)
class Run:
    """What a process took."""

    seconds: float
    cpu: float
    """seconds of processor time, those of all threads together"""
    peak: float
    """MiB of memory"""


_WATCH = """
import json, os, subprocess, sys, time
before = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - before
print(json.dumps([status, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""
"""Runs a command from a small process: a child's peak memory is at least that of the process it was forked from."""


def run(command: Sequence[str], **environment: str) -> Run:
    """Run it to its end, which must be a good one; NEW in it stands for a folder that is new each time."""
    with tempfile.TemporaryDirectory() as folder:
        watch = [sys.executable, "-S", "-c", _WATCH, *(folder if word == NEW else word for word in command)]
        done = subprocess.run(watch, capture_output=True, text=True, check=True, env={**os.environ, **environment})
    status, *figures = json.loads(done.stdout)
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with status {status}: {done.stderr}")
    return Run(*figures)


def alternate(commands: dict[str, Sequence[str]], rounds: int, **environment: str) -> dict[str, list[Run]]:
    """Each command once a round."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(run(command, **environment))
    return runs


def median(runs: list[Run], what: str) -> float:
    return statistics.median(getattr(one, what) for one in runs)


def mnist(folder: Path, rounds: int) -> dict[str, list[Run]]:
    """configs/mnist.yaml to 98 % of the test images, and the PyTorch script that does the same, on one thread."""
    with tempfile.TemporaryDirectory() as name:
        arrays = Path(name)
        _save_arrays(folder, arrays)
        commands = {
            "bpcli": [*_mnist(folder, arrays), "--require", "test_accuracy>=0.98"],
            "torch": [sys.executable, "-m", "benchmarks.torch_mnist", str(arrays), "1"],
        }
        alternate({"bpcli": commands["bpcli"]}, 1)  # makes its cache, as torchvision does
        return alternate(commands, rounds, **ONE_THREAD)


def starts(rounds: int) -> dict[str, list[Run]]:
    """The start of every verb, beside `import numpy`."""
    verbs = {f"bpcli {verb} --help": [*BPCLI, verb, "--help"] for verb in COMMANDS}
    config = str(CONFIGS / "xor.yaml")
    commands = {
        "python -c 'import numpy'": [sys.executable, "-c", "import numpy"],
        "bpcli --help": [*BPCLI, "--help"],
        **verbs,
        "bpcli show configs/xor.yaml": [*BPCLI, "show", config],
        "bpcli train configs/xor.yaml": [*BPCLI, "train", config, "-o", NEW],
    }
    return alternate(commands, rounds)


def memory(folder: Path | None) -> dict[str, Run]:
    """Peak memory of MNIST, one epoch, beside an interpreter that has imported everything; cache made and kept."""
    runs = {"everything imported": run([sys.executable, "-c", IMPORTS])}
    if folder is None:
        return runs
    with tempfile.TemporaryDirectory() as name:
        command = [*_mnist(folder, Path(name)), "training.epochs=1"]
        runs["MNIST, which makes the cache"] = run(command)
        runs["MNIST, from the cache"] = run(command)
    return runs


def _mnist(folder: Path, scratch: Path) -> list[str]:
    data = [f"data.files={folder}", f"data.cache_dir={scratch / 'cache'}"]
    return [*BPCLI, "train", str(CONFIGS / "mnist.yaml"), "threads=1", *data, "-o", NEW]


def _save_arrays(folder: Path, target: Path) -> None:
    for prefix, split in (("", "train"), ("test_", "t10k")):
        files = (folder / f"{split}-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1"))
        x, y = read_pair(*files, image_shape=(28, 28), classes=10)
        np.save(target / f"{prefix}x.npy", x.reshape(len(x), -1))
        np.save(target / f"{prefix}y.npy", y.astype(np.int64))
