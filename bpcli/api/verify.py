"""Prove of a config that a run which is interrupted and resumed is the run that never stopped."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from bpcli.api.train import Status, TrainResult, train
from bpcli.config.sections import Config
from bpcli.data.sources.csv_lines import place_of
from bpcli.data.sources.stream import Stream
from bpcli.errors import DivergedError, UsageError
from bpcli.nn.randomness import generator
from bpcli.runs.checkpoint import load_checkpoint
from bpcli.runs.compare import differences
from bpcli.training.events import Event, Started

INTERRUPTIONS = 3


@dataclass(frozen=True)
class Verification:
    """What came of training a config twice, straight and with interruptions."""

    epochs: int
    steps: int
    interrupted_after: tuple[int, ...]
    """numbers of the steps after which the second training stopped, and was resumed from its checkpoint"""
    tensors: int
    """compared in the last checkpoint"""
    differences: tuple[str, ...]
    """what is not the same: `last.npz: layers.0.W`, `log.csv`; empty if everything is"""
    fingerprint: dict[str, str | int]
    """of the machine on which this holds"""

    @property
    def passed(self) -> bool:
        return not self.differences

    def to_dict(self) -> dict[str, Any]:
        """The object that `bpcli verify --json` prints."""
        return {"passed": self.passed, **asdict(self)}


def verify(
    config: Config,
    *,
    interruptions: int = INTERRUPTIONS,
    on_training: Callable[[str], None] = lambda what: None,
) -> Verification:
    """Train `config` twice, once with up to `interruptions` stops at drawn steps, and compare all that is left behind.

    Each session is built from the config anew and has nothing of the one before but its run folder, which is a
    temporary one. `on_training` is told which training begins. Raises what `bpcli.train` does, `DivergedError` for a
    training that diverges, and `UsageError` for standard input, which cannot be read twice.
    """
    if isinstance(config.data, Stream) and not config.data.can_be_read_again:
        raise UsageError(
            f"verify trains twice, and {place_of(config.data.file)} can be read once: write the rows to a file"
        )
    with tempfile.TemporaryDirectory(prefix="bpcli-verify-") as folder:
        straight, resumed = Path(folder, "straight"), Path(folder, "resumed")
        on_training("training straight through")
        whole = _trained(config, straight)
        stops = _stops(config.seed, whole.steps, interruptions)
        on_training(f"training with {len(stops)} interruptions")
        unlike: list[str] = []
        for begin, stop in pairwise((0, *stops)):
            unlike += _session(config, resumed, begin, stop, "interrupted")
        unlike += _session(config, resumed, max(stops, default=0), whole.steps, whole.status)
        saved = load_checkpoint(straight / "last.npz")
        return Verification(
            epochs=whole.epochs,
            steps=whole.steps,
            interrupted_after=stops,
            tensors=len(saved.arrays),
            differences=(*unlike, *differences(straight, resumed)),
            fingerprint=saved.fingerprint,
        )


def _session(config: Config, folder: Path, begin: int, stop: int, status: Status) -> list[str]:
    """Train from step `begin` until the run ends at step `stop`, or is interrupted there: what was otherwise."""
    begun: list[int] = []

    def see(event: Event) -> None:
        if isinstance(event, Started):
            begun.append(event.step)

    stops = {"interrupted": _after(stop - begin)} if status == "interrupted" else {}
    result = _trained(config, folder, resume="last" if begin else None, on_event=see, **stops)
    if (begun, result.status, result.steps) == ([begin], status, stop):
        return []
    found = f"a session began at step {begun[0]} and was {result.status} at {result.steps}"
    return [f"{found}, in the place of {begin}, {status} and {stop}"]


def _trained(config: Config, folder: Path, **options: Any) -> TrainResult:
    result = train(config, output=folder, **options)
    if result.status == "diverged":
        raise DivergedError(result.message)
    return result


def _stops(seed: int, steps: int, interruptions: int) -> tuple[int, ...]:
    """Different steps, none of them the last, as many as there are."""
    drawn = generator(seed, "verify").permutation(max(steps - 1, 0))[:interruptions] + 1
    return tuple(sorted(int(stop) for stop in drawn))


def _after(steps: int) -> Callable[[], bool]:
    """For `train`, which asks after each step: true from step number `steps` of a session on."""
    asked = count(1)
    return lambda: next(asked) >= steps
