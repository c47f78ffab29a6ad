"""The learning rate over a whole run."""

from __future__ import annotations

from rich.console import Console

from bpcli.config.sections import Config
from bpcli.optim.schedules import Constant, learning_rate
from bpcli.report.curve import Curve, print_curve

MOST_POINTS = 2000


def print_rate(console: Console, config: Config, *, steps_per_epoch: int | None) -> None:
    """The curve of the rate, or a line where it is constant or cannot be known."""
    schedule, base = config.schedule, config.optimizer.learning_rate
    console.print()
    if config.training.epochs is None and (schedule.warmup or not isinstance(schedule, Constant)):
        console.print(f"learning rate  {schedule.name}, for as long as the stream lasts", soft_wrap=True)
        return
    if schedule.per == "step" and steps_per_epoch is None:
        console.print("learning rate  by steps, whose number is not known without the data", soft_wrap=True)
        return
    length = (config.training.epochs or 1) * (steps_per_epoch or 1 if schedule.per == "step" else 1)
    places = sorted({round(i * (length - 1) / (MOST_POINTS - 1)) for i in range(MOST_POINTS)})
    rates = [learning_rate(base, schedule, epoch=t, step=t) for t in places]
    if min(rates) == max(rates):
        console.print(f"learning rate  {rates[0]:.4g} throughout", soft_wrap=True)
        return
    print_curve(console, Curve(places, rates, x_label=schedule.per, y_label="learning rate"), height=8)
