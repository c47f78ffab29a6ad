"""Checkpoints of earlier format versions, as the present one would have written them.

Up to version 2 (bpcli 0.2.1) optimizers kept their memory in forms that saved a pass over the parameters: the
displacement η v in the place of the velocity v, and sums in the place of averages. What an epoch had come to stood in
three counters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from bpcli.nn.arrays import Array

_PREFIX = "optimizer."


def upgrade(header: dict[str, Any], arrays: dict[str, Array]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the header and the arrays of a checkpoint in the present form.

    Raises AttributeError, KeyError, TypeError or ValueError for a header that has no optimizer or no counters.
    """
    if header["format_version"] >= 3:
        return header, arrays
    counters = header["counters"]
    rename = _slots(header["config"]["optimizer"], learning_rate=float(counters["learning_rate"]))
    return {**header, "counters": _counters(counters)}, dict(rename(name, array) for name, array in arrays.items())


def _counters(old: Mapping[str, Any]) -> dict[str, Any]:
    """Join the sums of the epoch under way in one mapping, by metric."""
    counters = {key: value for key, value in old.items() if key not in ("loss_sum", "correct", "part_sums")}
    # A count of 0 right answers may be one of classes, or of a network that has none: the first batch tells.
    correct = {"accuracy": old["correct"]} if old["correct"] else {}
    return {**counters, "sums": {"loss": old["loss_sum"], **correct, **old["part_sums"]} if old["seen"] else {}}


def _slots(optimizer: Mapping[str, Any], *, learning_rate: float) -> Callable[[str, Array], tuple[str, Array]]:
    """Return what makes an array and its name into those of today, for the arrays of this optimizer."""
    forms = _forms(optimizer, learning_rate)

    def rename(name: str, array: Array) -> tuple[str, Array]:
        slot, _, tensor = name.removeprefix(_PREFIX).partition(".")
        if not name.startswith(_PREFIX) or slot not in forms:
            return name, array
        today, factor = forms[slot]
        return f"{_PREFIX}{today}.{tensor}", (array * factor).astype(array.dtype)

    return rename


def _forms(optimizer: Mapping[str, Any], learning_rate: float) -> dict[str, tuple[str, float]]:
    """Name for each slot its name today, and the factor that makes its content today's."""
    match optimizer["name"]:
        case "sgd":
            # At a rate of 0 the displacement was the velocity itself.
            return {"displacement": ("velocity", 1 / (learning_rate or 1.0))}
        case "rmsprop":
            left = 1 - float(optimizer["rho"])
            return {
                "squares": ("mean_square", left),
                "gradients": ("mean", left),
                "velocity": ("velocity", 1 / math.sqrt(left)),
            }
        case "adam" | "adamw" | "nadam" | "adamax":
            mean, square = 1 - float(optimizer["beta1"]), 1 - float(optimizer["beta2"])
            return {"gradients": ("mean", mean), "squares": ("mean_square", square), "greatest": ("greatest", square)}
    return {}
