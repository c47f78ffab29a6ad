"""What the keys of a config ask of a stream."""

from __future__ import annotations

from collections.abc import Iterator

from bpcli.config.sections import Config
from bpcli.data.stream import Stream
from bpcli.errors import Problem
from bpcli.nn.losses.weighted_sum import WeightedSum
from bpcli.optim.schedules import Bounded


def stream_problems(config: Config) -> Iterator[Problem]:
    """Keys that ask of a stream what it cannot do."""
    stream = config.data
    if not isinstance(stream, Stream):
        return
    if stream.window is not None and stream.window < stream.batch_size:
        yield Problem(("data", "window"), f"the window must hold the {stream.batch_size} new rows of an update")
    if stream.classes is not None and stream.reconstructs:
        yield Problem(("data", "classes"), "the targets are the inputs: leave it out")
    for key, usual, why in _NOT_OF_A_STREAM:
        if getattr(stream, key) != usual:
            yield Problem(("data", key), f"{why}: leave it out")
    if config.training.evaluate_every != 1:
        message = "a stream has a row of the log every data.epoch_size rows: set that, and leave this out"
        yield Problem(("training", "evaluate_every"), message)
    schedule = config.schedule
    if isinstance(schedule, Bounded) and schedule.length is None and config.training.epochs is None:
        message = f"{schedule.name} needs a length, and nobody knows that of a stream: give it, in {schedule.per}s"
        yield Problem(("schedule", "length"), message)
    if config.optimizer.uses_line_search:
        message = f"{config.optimizer.name} needs all examples at once, which a stream never has: choose another"
        yield Problem(("optimizer",), message)
    if isinstance(config.loss, WeightedSum):
        yield Problem(("loss",), "a stream has one objective: name a single loss")
    if getattr(config.loss, "class_weights", None) == "balanced":
        message = "a stream does not say beforehand how frequent its classes are: give each its weight"
        yield Problem(("loss", "class_weights"), message)


_NOT_OF_A_STREAM = (
    ("validation_fraction", 0.0, "a stream has no splits; prequential_loss measures rows before they are learnt from"),
    ("shuffle", False, "the rows of a stream are learnt from in the order in which they arrive"),
    ("sampling", "none", "the rows of a stream are learnt from as they arrive, each class as often as it comes"),
    ("augmentation", None, "the rows of a stream are learnt from as they arrive"),
    (
        "scale",
        "none",
        "rows of a stream cannot be seen before they are learnt from; a run --from a checkpoint has its scaling",
    ),
)
