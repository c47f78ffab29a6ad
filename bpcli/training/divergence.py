"""Say where numbers stopped being numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from bpcli.data.magnitudes import largest
from bpcli.errors import DivergedError
from bpcli.nn.arrays import Array, is_finite
from bpcli.training.objective import Objective


def require_finite(tensors: Mapping[str, Array], *, step: int) -> None:
    """Raise `DivergedError` that names the first of `tensors` with a NaN or an infinity after update number `step`."""
    if name := _first_not_finite(tensors.items()):
        raise _error(name, step, _RATE)


def diverged(
    objective: Objective, X: Array | None = None, T: Array | None = None, *, step: int, features: Sequence[str] = ()
) -> DivergedError:
    """The error that names the first tensor that is not finite, on the way from the input to the loss.

    `step` counts the updates made; with a batch `X (N, features)` and its targets `T`, it was the next update's that
    was not finite.
    """
    what = _first_not_finite(_tensors(objective, X, T, step)) or "the loss"
    at = step + (X is not None)
    if what in (_INPUT, _TARGETS):
        values = X if what == _INPUT else T
        assert values is not None
        column = int(np.argmin(np.isfinite(values).all(axis=0)))
        name = repr(features[column]) if features and what == _INPUT else f"number {column}"
        cause = f"column {name} holds a value that is not a number, or too large for {values.dtype}"
        return _error(what, at, f"{cause}: mend it, or divide the column in the data by a constant")
    return _error(what, at, _cause(X, T, step))


def diverged_in(
    split: str, objective: Objective, batches: Iterable[tuple[Array, Array]], *, step: int
) -> DivergedError:
    """The error for a loss of a split that is not finite, though all weights are, after update number `step`."""
    for X, T in batches:
        if not math.isfinite(objective.forward(X, T)):
            return _error(f"the loss of the {split} split", step, _cause(X, T, step))
    return diverged(objective, step=step)


def _cause(X: Array | None, T: Array | None, step: int) -> str:
    """What has probably made numbers too large: never the rate where no weight has changed yet."""
    targets = 0.0 if T is None or T.dtype.kind != "f" else largest(T)
    if T is not None and targets > FAR_FROM_ONE:
        is_square_too_large = targets > math.sqrt(np.finfo(T.dtype).max)
        rate = "" if step == 0 or is_square_too_large else ", or lower optimizer.learning_rate"
        return f"the targets reach {targets:.3g}: divide them in the data, so that they are near 1{rate}"
    if step or X is None:
        return _RATE
    if (inputs := largest(X)) > FAR_FROM_ONE:
        return f"the inputs reach {inputs:.3g}: bring them near 1 (data.scale: standard, or divide them in the data)"
    return "no weight has changed yet: those that are drawn are too large, so let model.init draw smaller ones"


FAR_FROM_ONE = 1000.0
"""Numbers above it make losses that overflow, or gradients that no usual rate is for."""
_INPUT, _TARGETS = "the input", "the target"
_RATE = (
    "the learning rate is probably too large: lower optimizer.learning_rate, "
    "or scale the inputs (data.scale) and the targets"
)


def _error(what: str, step: int, cause: str) -> DivergedError:
    return DivergedError(f"training diverged at step {step}: {what} is not finite; {cause}")


def _first_not_finite(tensors: Iterable[tuple[str, Array]]) -> str | None:
    return next((name for name, values in tensors if not is_finite(values)), None)


def _tensors(objective: Objective, X: Array | None, T: Array | None, step: int) -> Iterator[tuple[str, Array]]:
    network = objective.network
    if X is not None:
        yield _INPUT, X
    if T is not None:
        yield _TARGETS, T
    yield from network.parameters.views.items()
    if X is not None:
        for name, output in network.outputs(X, step):
            yield f"the output of {name}", output
