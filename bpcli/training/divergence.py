"""Say where numbers stopped being numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bpcli.errors import DivergedError
from bpcli.nn.arrays import Array, is_finite
from bpcli.training.objective import Objective


def require_finite(tensors: Mapping[str, Array], *, step: int) -> None:
    """Raise `DivergedError` that names the first of `tensors` with a NaN or an infinity after update number `step`."""
    if name := _first_not_finite(tensors.items()):
        raise _error(name, step, _RATE)


def diverged(objective: Objective, X: Array | None = None, *, step: int) -> DivergedError:
    """The error that names the first tensor that is not finite, on the way from the input to the loss.

    `step` counts the updates made; with a batch `X (N, features)`, it was the next update's that was not finite.
    """
    what = _first_not_finite(_tensors(objective, X, step)) or "the loss"
    return _error(what, step + (X is not None), _DATA if what == _INPUT else _RATE)


_INPUT = "the input"
_DATA = "the data hold a value that is not a number, or too large for their dtype"
_RATE = (
    "the learning rate is probably too large: lower optimizer.learning_rate, "
    "or scale the inputs (data.scale) and the targets"
)


def _error(what: str, step: int, cause: str) -> DivergedError:
    return DivergedError(f"training diverged at step {step}: {what} is not finite; {cause}")


def _first_not_finite(tensors: Iterable[tuple[str, Array]]) -> str | None:
    return next((name for name, values in tensors if not is_finite(values)), None)


def _tensors(objective: Objective, X: Array | None, step: int) -> Iterator[tuple[str, Array]]:
    network = objective.network
    if X is not None:
        yield _INPUT, X
    yield from network.parameters.views.items()
    if X is not None:
        for name, output in network.outputs(X, step):
            yield f"the output of {name}", output
