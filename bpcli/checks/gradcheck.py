"""Is back-propagation right? Its gradient beside numerical derivatives of the very loss that training makes small."""

from __future__ import annotations

import math

import numpy as np

from bpcli.checks.faults import FaultName, gradient, plant
from bpcli.checks.kinks import crosses_kink, freeze_branches
from bpcli.checks.numerical import STEP, Line, derivative
from bpcli.checks.sampling import entries_per_tensor, random_directions, sample_entries
from bpcli.checks.verdicts import Comparison, GradcheckReport, summarize
from bpcli.errors import UsageError
from bpcli.nn.arrays import Array
from bpcli.training.objective import Objective

EPS = 1e-3
"""h for a weight of 1 or less. Measured worst relative error over `suite_cases`: 2e-7 at 3e-3 (the Taylor series is
cut too short), 3e-9 at 1e-3, 1e-8 at 1e-4 and 2e-7 at 1e-5 (rounding)."""
ATOL = 1e-10
"""what rounding leaves of a loss near 1 is 3e-13 at this step; three hundred times that is never mistaken for a bug"""
RTOL = 1e-6

_SHRINK = (1.0, 0.1, 0.01, 0.001)
"""the steps tried, in units of the first"""


def check_objective(
    objective: Objective,
    X: Array,
    T: Array,
    *,
    eps: float = EPS,
    atol: float = ATOL,
    rtol: float = RTOL,
    samples: int | None = None,
    fast: bool = False,
    seed: int = 0,
    fault: FaultName | None = None,
) -> GradcheckReport:
    """Check every tensor of a float64 `objective` on a batch: `X (N, features)` and its targets `T`.

    The analytic side goes through `Objective.forward` and `backward`, as training does; the numeric
    side is a five-point difference of `Objective.value`, with steps of h = `eps` · max(1, |w|). The two agree when

        |a - n| <= atol · max(1, |J|) + rtol · max(|a|, |n|)

    which is reported as one number, the relative error |a - n| / (max(|a|, |n|) + floor) <= rtol, with
    floor = atol / rtol · max(1, |J|): below it rounding drowns a derivative.
    """
    _require_usable(objective, eps=eps, atol=atol, rtol=rtol, samples=samples, seed=seed)
    parameters = objective.network.parameters
    with np.errstate(all="ignore"):
        checked = plant(fault, objective, X, T) if fault else objective
        grad = gradient(checked, X, T)
        loss = objective.value(X, T, STEP)
        floor = atol / rtol * max(1.0, abs(loss))
        referee = _Referee(objective, X, T, grad, eps=eps, floor=floor, rtol=rtol)
        count = entries_per_tensor(parameters, len(X), samples=samples, fast=fast)
        tensors, start = [], 0
        for i, (name, shape) in enumerate(parameters.shapes.items()):
            stop = start + math.prod(shape)
            entries = sample_entries(grad[start:stop], count, seed=seed, tensor=i)
            indices = [parameters.index(name, int(entry)) for entry in entries]
            found = [referee.compare(Line(start + int(entry), 1.0)) for entry in entries]
            tensors.append(summarize(name, shape, indices, found))
            start = stop
        lines = random_directions(len(parameters), seed=seed)
        directions = summarize(
            "random directions",
            (len(parameters),),
            [(k,) for k in range(len(lines))],
            list(map(referee.compare, lines)),
        )
    return GradcheckReport(
        passed=all(check.verdict != "wrong" for check in (*tensors, directions)),
        mode="all entries" if sum(tensor.checked for tensor in tensors) == len(parameters) else "sampled",
        tensors=tuple(tensors),
        directions=directions,
        parameters=len(parameters),
        examples=len(X),
        loss=loss,
        eps=eps,
        atol=atol,
        rtol=rtol,
    )


class _Referee:
    """Compares one derivative at a time, and decides whether the gradient or the step is to blame."""

    def __init__(
        self, objective: Objective, X: Array, T: Array, grad: Array, *, eps: float, floor: float, rtol: float
    ) -> None:
        self.objective, self.X, self.T, self.grad = objective, X, T, grad
        self.eps, self.floor, self.rtol = eps, floor, rtol

    def compare(self, line: Line) -> Comparison:
        """The verdict along `line`.

        A step can be at fault too: a kink inside it, or a loss so curved that the Taylor series is cut too short.
        So where the two disagree smaller steps are tried, each with a floor as much higher as rounding is worse.
        Once a smaller step crosses no kink and gives the same number, the gradient is wrong; where a kink stays
        inside the smallest step, the derivative is that with all units kept on their branches.
        """
        analytic = line.slope(self.grad)
        h, previous = self._step(line), math.nan
        for shrink in _SHRINK:
            floor = self.floor / shrink
            numeric = derivative(self.objective, self.X, self.T, line, h * shrink)
            error = relative_error(analytic, numeric, floor)
            if error <= self.rtol:
                return Comparison(analytic, numeric, error, "ok")
            kink = crosses_kink(self.objective, self.X, self.T, line, h * shrink)
            if not kink and relative_error(previous, numeric, floor) <= self.rtol:
                break
            previous = numeric
        if not kink:
            return Comparison(analytic, numeric, error, "wrong")
        return self._compare_at_kink(line, analytic, h)

    def _compare_at_kink(self, line: Line, analytic: float, h: float) -> Comparison:
        """The verdict with all units kept on their branches, where the loss has no corners but may be as curved."""
        frozen = freeze_branches(self.objective, self.X, self.T)
        for shrink in _SHRINK:
            numeric = derivative(frozen, self.X, self.T, line, h * shrink)
            error = relative_error(analytic, numeric, self.floor / shrink)
            if error <= self.rtol:
                return Comparison(analytic, numeric, error, "kink")
        return Comparison(analytic, numeric, error, "wrong")

    def _step(self, line: Line) -> float:
        """h = eps · max(1, |w|); a direction of length one moves no entry by more than eps."""
        if not isinstance(line.where, int):
            return self.eps
        return self.eps * max(1.0, abs(float(self.objective.network.parameters.theta[line.where])))


def relative_error(analytic: float, numeric: float, floor: float) -> float:
    """|a - n| / (max(|a|, |n|) + floor); infinite if either is not finite."""
    if not (math.isfinite(analytic) and math.isfinite(numeric)):
        return math.inf
    difference = abs(analytic - numeric)
    return difference / (max(abs(analytic), abs(numeric)) + floor) if difference else 0.0


def _require_usable(
    objective: Objective, *, eps: float, atol: float, rtol: float, samples: int | None, seed: int
) -> None:
    if objective.network.parameters.theta.dtype != np.float64:
        raise ValueError("a gradient check needs a float64 objective: build the network with dtype float64")
    for name, value, usable in (("eps", eps, eps > 0), ("atol", atol, atol >= 0), ("rtol", rtol, rtol > 0)):
        if not (usable and math.isfinite(value)):
            allowed = "0 or more" if name == "atol" else "more than 0"
            raise UsageError(f"{name} is {value}, but it must be a number, {allowed}")
    if seed < 0:
        raise UsageError(f"seed is {seed}, but it must be 0 or more")
    if samples is not None and samples < 1:
        raise UsageError(f"samples is {samples}, but it must be 1 or more")
