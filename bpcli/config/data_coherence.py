"""What the keys of `data` ask of the data."""

from __future__ import annotations

from collections.abc import Iterator

from bpcli.data.dataset import DataInfo
from bpcli.data.source import Source
from bpcli.errors import Problem


def data_problems(source: Source, info: DataInfo) -> Iterator[Problem]:
    """Keys that this kind of data cannot follow."""
    targets = f"the targets of {source.name} are {'its inputs' if source.reconstructs else 'numbers'}"
    if not info.class_names:
        for key, is_given in (("one_hot", source.one_hot), ("sampling", source.sampling != "none")):
            if is_given:
                yield Problem(("data", key), f"this needs classes, but {targets}: leave it out")
    augmentation = source.augmentation
    if augmentation is None:
        return
    if info.image_shape is None:
        for key in augmentation.image_keys:
            message = f"{key} needs images, but the examples of {source.name} are rows of numbers: leave it out"
            yield Problem(("data", "augmentation", key), message)
    if augmentation.noise and source.reconstructs:
        message = "the targets are the inputs, with their noise: write model.input_noise, which the inputs alone get"
        yield Problem(("data", "augmentation", "noise"), message)
    if augmentation.mixup and source.reconstructs:
        message = f"mixup mixes inputs with their targets, but {targets}: leave it out"
        yield Problem(("data", "augmentation", "mixup"), message)
