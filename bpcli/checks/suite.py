"""The gradient check of bpcli itself: every part, in combinations."""

from __future__ import annotations

from collections.abc import Iterator

from bpcli.checks.cases import suite_cases
from bpcli.checks.faults import FaultName, plant
from bpcli.checks.gradcheck import ATOL, EPS, RTOL, check_objective
from bpcli.checks.verdicts import GradcheckReport
from bpcli.errors import UsageError


def check_suite(
    *,
    eps: float = EPS,
    atol: float = ATOL,
    rtol: float = RTOL,
    samples: int | None = None,
    fast: bool = False,
    seed: int = 0,
    fault: FaultName | None = None,
) -> Iterator[tuple[str, GradcheckReport]]:
    """Check every case of `suite_cases`, one at a time; with a `fault`, those that can show it.

    The options are those of `check_objective`.
    """
    for name, objective, X, T in suite_cases():
        try:
            report = check_objective(
                objective, X, T, eps=eps, atol=atol, rtol=rtol, samples=samples, fast=fast, seed=seed, fault=fault
            )
        except ...
