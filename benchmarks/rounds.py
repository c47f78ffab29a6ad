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
from benchmarks.peers import Trained
from bpcli.config.load import load_config
from bpcli.experiment.build import build


class Worker:
    """One peer in a process of its own, so that no library's threads and settings touch another's."""

    def __init__(self, peer: str, case: Case, folder: Path, threads: int) -> None:
        command = [sys.executable, "-m", "benchmarks.worker", peer, case.name, str(folder), str(threads)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def train(self) -> Trained:
        """Once, from the beginning."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("train\n")
        self._process.stdin.flush()
        return Trained(*json.loads(self._process.stdout.readline()))

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
    """of the last round"""
    saving: list[float] = field(default_factory=list)
    """seconds that bpcli's checkpoints took in each round"""

    def step(self, peer: str) -> float:
        """Seconds of an update, the median of the rounds."""
        return statistics.median(self.seconds[peer]) / self.steps

    @property
    def checkpoints(self) -> float:
        """The share of bpcli's time that went into its checkpoints."""
        return statistics.median(a / b for a, b in zip(self.saving, self.seconds["bpcli"], strict=True))

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
        scale = "none" if case.is_points else "unit"
        data = {"name": "npz", "file": str(folder / "train.npz"), "test_fraction": 0.0, "scale": scale}
    else:
        data = {"name": "mnist", "files": str(mnist), "cache_dir": str(folder)}
    (folder / "config.yaml").write_text(yaml.safe_dump(case.config(data, threads)))
    _, experiment = build(load_config(folder / "config.yaml"))
    views = experiment.objective.network.parameters.views
    np.savez(folder / "weights.npz", **{f"{name[-1]}{name.split('.')[1]}": array for name, array in views.items()})
    assert len(experiment.batches.examples) == len(x), "all peers learn from the same examples"
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
                trained = worker.train()
                timings.losses[peer] = trained.loss
                if number:
                    timings.seconds.setdefault(peer, []).append(trained.seconds)
                    timings.saving += [trained.saving] if peer == "bpcli" else []
    _require_the_same(timings)
    return timings


def _require_the_same(timings: Timings) -> None:
    """What is compared must have learnt the same; only the order of the examples is each peer's own."""
    own = timings.losses["bpcli"]
    for peer, loss in timings.losses.items():
        logistic = peer == "scikit-learn" and timings.case.is_points  # two logistic outputs in the place of a softmax
        if peer != "floor" and not logistic and not 0.7 * own < loss < own / 0.7:
            raise ValueError(f"{timings.case.name}: the loss of {peer} is {loss:.4g}, and that of bpcli {own:.4g}")
