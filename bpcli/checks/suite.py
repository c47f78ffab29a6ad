"""The gradient check of bpcli itself: every part, in combinations."""

from __future__ import annotations

from collections.abc import Iterator

from bpcli.checks.cases import suite_cases
from bpcli.checks.faults import FaultName, hindrance
from bpcli.checks.gradcheck import ATOL, EPS, RTOL, check_objective
from bpcli.checks.verdicts import GradcheckReport


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
        if fault is None or hindrance(fault, objective, X, T) is None:
            yield (
                name,
                check_objective(
                    objective, X, T, eps=eps, atol=atol, rtol=rtol, samples=samples, fast=fast, seed=seed, fault=fault
                ),
            )
