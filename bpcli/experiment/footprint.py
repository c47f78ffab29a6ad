"""What a training keeps in memory, counted before any of it is asked for."""

from __future__ import annotations

from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from bpcli.config.sections import Config
from bpcli.data.dataset import Examples
from bpcli.data.memory import in_words, most_memory
from bpcli.data.sources.stream import Stream
from bpcli.errors import KeyPath, config_error
from bpcli.nn.arrays import zeros


class Need(NamedTuple):
    """Something that is kept."""

    size: int
    """bytes, at the least"""
    what: str
    """in the plural"""
    path: KeyPath
    """the key that makes it so large"""
    advice: str


def require_room(config: Config, features: int, dtype: Any, *, examples: Examples | None, batch: int) -> None:
    """Raise ConfigError, which names what takes most, for a resolved config that no memory here is large enough for.

    `examples` are those to train on (None: of a stream), `batch` the rows of an update. Only what is certain is
    counted, and compared with all there could be, so that nothing is refused that would work.
    """
    item, most = np.dtype(dtype).itemsize, most_memory()
    widths = (features, *(layer.units for layer in config.model.layers))
    rows, layers = _batch(config, widths, item, batch), _layers(config, widths, item)
    kept = sum(map(attrgetter("size"), layers))
    needs = [max(layers, key=attrgetter("size"))._replace(size=kept)]
    if examples is not None:
        needs.append(_data(config, examples, item))
    others = sum(map(attrgetter("size"), needs))
    if others + rows.size <= most:
        return
    if others + rows.size // batch <= most:  # otherwise a smaller batch would not help
        needs.append(rows)
    largest, total = max(needs, key=attrgetter("size")), others + rows.size
    share, whole = in_words(largest.size), in_words(total)
    takes = share if share == whole else f"{share} of the {whole} needed"
    message = f"{largest.what} take {takes}, and this process can have {in_words(most)} of memory: {largest.advice}"
    raise config_error(largest.path, message)


def _layers(config: Config, widths: tuple[int, ...], item: int) -> list[Need]:
    """The weights of each, and all that the optimizer keeps of them."""
    slots = config.optimizer.init(zeros(1, np.float32))
    # The weights and their gradient, the slots, and the average where one is kept.
    copies = 2 + len(slots) + (config.average is not None)
    needs = []
    for i, (fan_in, fan_out) in enumerate(pairwise(widths)):
        what = f"the weights, {fan_in:,} x {fan_out:,} in model.layers[{i}], and what the optimizer keeps of them"
        needs.append(Need(copies * fan_in * fan_out * item, what, *_narrower(widths, i)))
    return needs


def _narrower(widths: tuple[int, ...], i: int) -> tuple[KeyPath, str]:
    """The key that makes the weights of layer `i` so many, and what to do; the data decide on both ends."""
    is_first, is_last = i == 0, i == len(widths) - 2
    if is_first and is_last:
        return ("data",), "give data of fewer columns or classes"
    if is_first and widths[i] > widths[i + 1]:
        return ("model", "layers", i, "units"), "write fewer units, or give data of fewer columns"
    narrows_below = is_last or widths[i] > widths[i + 1]
    return ("model", "layers", i - narrows_below, "units"), "write fewer units"


def _batch(config: Config, widths: tuple[int, ...], item: int, rows: int) -> Need:
    """What the layers make of a batch; of a stream only the longest buffer, for there may never be as many rows."""
    stream = config.data if isinstance(config.data, Stream) else None
    size = rows * item * (max(widths) if stream else sum(widths))
    key = "window" if stream and rows == stream.window else "batch_size"
    advice = f"write a smaller {key}"
    if config.optimizer.uses_line_search:
        advice = f"{config.optimizer.name} needs all rows at once: write another optimizer, and a smaller batch_size"
    return Need(size, f"batches of {rows:,} rows, in layers of {sum(widths):,} units together,", ("data", key), advice)


def _data(config: Config, examples: Examples, item: int) -> Need:
    """The rows themselves, and those to train on once more, scaled; a file that is mapped takes nothing."""
    rows, columns = len(examples), examples.x.shape[1]
    given = 0 if isinstance(examples.x, np.memmap) else examples.x.nbytes
    scaled = 0 if examples.x.dtype == np.uint8 else rows * columns * item
    what = f"{rows:,} rows of {columns:,} columns, as they are and scaled,"
    return Need(given + scaled, what, ("data",), "learn from fewer rows or columns")
