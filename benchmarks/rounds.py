"""The peers of a case in turn, again and again: medians, and ratios with their spread."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np
import yaml

from benchmarks.cases import Case
from benchmarks.data import images, points
from bpcli.config.build import build
from bpcli.config.load import load_config


class Worker:
    """One peer in a process of its own, so that no library's threads and settings touch another's."""

    def __init__(self, peer: str, case: Case, folder: Path, threads: int) -> None:
        command = [sys.executable, "-m", "benchmarks.worker", peer, case.name, str(folder), str(threads)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def train(self) -> tuple[float, float]:
        """Seconds, and the mean loss of the last epoch."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("train\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer["seconds"], answer["loss"]

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.communicate()


@dataclass
class Timings:
    """Of one case with one number of threads: seconds of each round by peer; the peers' rounds alternate."""

    case: Case
    threads: int
    steps: int
    """updates in a round"""
    seconds: dict[str, list[float]] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)

    def step(self, peer: str) -> float:
        """Seconds of an update, the median of the rounds."""
        return statistics.median(self.seconds[peer]) / self.steps

    def ratio(self, peer: str, to: str = "bpcli") -> tuple[float, float, float]:
        """How many times as long `peer` takes as `to`: the median of the rounds, the least and the greatest."""
        ratios = [one / other for one, other in zip(self.seconds[peer], self.seconds[to], strict=True)]
        return statistics.median(ratios), min(ratios), max(ratios)


def prepare_case(case: Case, folder: Path, mnist: Path | None, threads: int) -> int:
    """Write what the workers read into `folder`; the number of updates in a round."""
    x, y = points() if case.is_points else images(mnist)
    x, y = x[: case.examples], y[: case.examples]
    np.savez(folder / "data.npz", x=x, y=y)
    if mnist is None or case.is_points or case.examples is not None:
        np.savez(folder / "train.npz", x_train=x, y_train=y)
        data = {"name": "npz", "file": str(folder / "train.npz"), "scale": "none" if case.is_points else "unit"}
    else:
        data = {"name": "mnist", "files": str(mnist), "cache_dir": str(folder)}
    (folder / "config.yaml").write_text(yaml.safe_dump(case.config(data, threads)))
    _, experiment = build(load_config(folder / "config.yaml"))
    weights = {f"{letter}{i}": array for i, d in enumerate(experiment.objective.network.dense)
               for letter, array in (("W", d.W), ("b", d.b)) if array is not None}  # fmt: skip
    np.savez(folder / "weights.npz", **weights)
    return case.epochs * len(experiment.batches)


def measure(
    case: Case, peers: Sequence[str], *, folder: Path, mnist: Path | None, threads: int, rounds: int
) -> Timings:
    """Alternate between the peers for so many rounds, after one that is not counted."""
    timings = Timings(case, threads, prepare_case(case, folder, mnist, threads))
    with ExitStack() as stack:
        workers = {peer: stack.enter_context(Worker(peer, case, folder, threads)) for peer in peers}
        for number in range(rounds + 1):
            for peer, worker in workers.items():
                seconds, timings.losses[peer] = worker.train()
                if number:
                    timings.seconds.setdefault(peer, []).append(seconds)
    return timings
