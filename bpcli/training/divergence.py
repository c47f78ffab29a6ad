"""Say where numbers stopped being numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bpcli.errors import DivergedError
from bpcli.nn.arrays import Array
from bpcli.training.objective import Objective


def require_finite_weights(objective: Objective, *, step: int) -> None:
    """Raise `DivergedError` if a parameter is NaN or infinite after update number `step`."""
    if not np.isfinite(objective.network.parameters.theta).all():
        raise diverged(objective, step=step)


def diverged(objective: Objective, X: Array | None = None, *, step: int) -> DivergedError:
    """The error that names the first tensor that is not finite, on the way from the input to the loss.

    `step` counts the updates made; with a batch `X (N, features)`, it was the next update's that was not finite.
    """
    tensors = _tensors(objective, X, step)
    what = next((name for name, values in tensors if not np.isfinite(values).all()), "the loss")
    cause = (
        "the data hold a value that is not a number"
        if what == "the input"
        else "the learning rate is probably too large: lower optimizer.learning_rate, "
        "or scale the inputs (data.scale) and the targets"
    )
    return DivergedError(f"training diverged at step {step + (X is not None)}: {what} is not finite; {cause}")


def _tensors(objective: Objective, X: Array | None, step: int) -> Iterator[tuple[str, Array]]:
    network = objective.network
    if X is not None:
        yield "the input", X
    yield from network.parameters.views.items()
    if X is not None:
        for name, output in network.outputs(X, step):
            yield f"the output of {name}", output
