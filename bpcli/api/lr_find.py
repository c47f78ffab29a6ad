"""The learning-rate range test."""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bpcli.config.sections import Config
from bpcli.data.sources.stream import Stream
from bpcli.errors import DivergedError, UsageError
from bpcli.experiment.build import build
from bpcli.experiment.threads import choose_threads, limit_threads
from bpcli.optim.schedules import Exponential
from bpcli.plain_data import finite
from bpcli.training.events import StepDone
from bpcli.training.loop import train

START, END, STEPS, SMOOTHING = 1e-7, 10.0, 100, 0.9
FAR = 4.0
"""times the best smoothed loss, where the test stops"""


@dataclass(frozen=True)
class RangeTest:
    """The loss while the learning rate rises."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    """of each batch, before its update"""
    smoothed: tuple[float, ...]
    stopped: bool
    """whether the loss ran away before the last rate"""

    @property
    def suggestion(self) -> float | None:
        """The rate at which the smoothed loss falls steepest, on a logarithmic scale; None if it hardly falls.

        The first tenth is left out: what moves there is the average, which has few batches yet. So is what comes before
        the loss is last near the top: it fell there, and rose again.
        """
        first, lowest = len(self.rates) // 10, int(np.argmin(self.smoothed))
        fall = self._fall(first)
        if lowest < first + 2 or fall < 0.05 * abs(self.smoothed[first]):
            return None
        top = self.smoothed[lowest] + 0.9 * fall
        begin = max(i for i in range(first, lowest - 1) if i == first or self.smoothed[i] >= top)
        part = slice(begin, lowest + 1)
        slopes = np.gradient(np.array(self.smoothed[part]), np.log(self.rates[part]))
        return self.rates[begin + int(np.argmin(slopes))]

    def _fall(self, first: int) -> float:
        """How far the smoothed loss falls from batch number `first` on."""
        return self.smoothed[first] - min(self.smoothed)

    @property
    def minimum(self) -> float:
        """The rate of the least smoothed loss: already too high, a tenth of it often is not."""
        return self.rates[int(np.argmin(self.smoothed))]

    def to_dict(self) -> dict[str, Any]:
        """The object that `bpcli lr-find --json` prints."""
        return {
            "suggestion": self.suggestion,
            "minimum": self.minimum,
            "rates": list(self.rates),
            "losses": list(finite(self.losses)),
            "smoothed": list(finite(self.smoothed)),
            "stopped": self.stopped,
        }


def find_learning_rate(
    config: Config, *, start: float = START, end: float = END, steps: int = STEPS, smoothing: float = SMOOTHING
) -> RangeTest:
    """Train `config` from its first weights, the learning rate rising exponentially from `start` to `end`.

    Smith 2017, "Cyclical learning rates", section 3.3. All else is as in training: momentum, penalties, dropout,
    batches. The losses are averaged with weight `smoothing` on what went before, corrected for its start, and the test
    stops where that average exceeds four times its least. Nothing is written. Raises `UsageError` for values that
    make no range, `ConfigError` and `DataError`.
    """
    _require_range(config, start=start, end=end, steps=steps, smoothing=smoothing)
    if isinstance(config.data, Stream):
        config.data.require_file()
    with np.errstate(all="ignore"):
        _, experiment = build(config)
        rise = math.exp((math.log(end) - math.log(start)) / (steps - 1))
        experiment = replace(
            experiment,
            update=replace(experiment.update, optimizer=replace(experiment.update.optimizer, learning_rate=start)),
            schedule=Exponential(gamma=rise, per="step"),
            epochs=math.ceil(steps / len(experiment.batches)),
            evaluate_every=steps + 1,
            patience=None,
        )
        rates: list[float] = []
        losses: list[float] = []
        smoothed: list[float] = []
        average = 0.0
        stopped = False
        with limit_threads(choose_threads(config.threads)), closing(train(experiment, experiment.start())) as events:
            try:
                for event in events:
                    if not isinstance(event, StepDone):
                        continue
                    average = smoothing * average + (1 - smoothing) * event.loss
                    rates.append(event.learning_rate)
                    losses.append(event.loss)
                    smoothed.append(average / (1 - smoothing ** len(rates)))
                    least = min(smoothed)  # a loss may be negative, so that no multiple of it is far
                    stopped = not smoothed[-1] - least <= (FAR - 1) * max(abs(smoothed[0]), abs(least))
                    if stopped or len(rates) == steps:
                        break
            except DivergedError:
                stopped = True
    if len(rates) < 2:
        raise UsageError("the loss is not finite from the first steps on: scale the data, or give a lower --start")
    return RangeTest(tuple(rates), tuple(losses), tuple(smoothed), stopped)


def _require_range(config: Config, *, start: float, end: float, steps: int, smoothing: float) -> None:
    if config.optimizer.uses_line_search:
        raise UsageError("lbfgs searches along its direction for the length of a step: it has no rate to find")
    if not 0 < start < end < math.inf:
        raise UsageError(f"--start is {start:g} and --end {end:g}, but they must be greater than 0, and rise")
    if steps < 10:
        raise UsageError(f"--steps is {steps}, but it must be 10 or more")
    if not 0 <= smoothing < 1:
        raise UsageError(f"--smoothing is {smoothing:g}, but it must be at least 0 and less than 1")
