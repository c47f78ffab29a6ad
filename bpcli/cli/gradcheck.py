"""bpcli gradcheck"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from bpcli.cli.arguments import AsJson, Overrides
from bpcli.cli.json_output import print_json

Fault = Literal["wrong-sign", "no-average", "no-derivative", "no-penalty", "transposed"]
"""As `bpcli.checks.faults.FaultName`, which brings NumPy along."""


def gradcheck(
    target: Annotated[
        Path | None,
        typer.Argument(metavar="CONFIG|CHECKPOINT", help="What to check; without it, every part of bpcli."),
    ] = None,
    overrides: Overrides = None,
    eps: Annotated[float | None, typer.Option(metavar="H", help="Step of the numerical derivative.")] = None,
    atol: Annotated[float | None, typer.Option(metavar="A", help="Absolute tolerance.")] = None,
    rtol: Annotated[float | None, typer.Option(metavar="R", help="Relative tolerance.")] = None,
    samples: Annotated[int | None, typer.Option(metavar="N", help="Entries to check in each tensor.")] = None,
    fast: Annotated[
        bool, typer.Option("--fast", metavar="", help="A few entries of each tensor, and random directions.")
    ] = False,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of the draw of entries and directions.")] = 0,
    inject: Annotated[
        Fault | None,
        typer.Option(metavar="FAULT", help=f"Plant a bug, and see it caught: {', '.join(get_args(Fault))}."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check back-propagation against numerical gradients, tensor by tensor, in float64.

    Exits with 1 if a gradient is wrong.
    """
    from bpcli.api.gradcheck import SuiteReport
    from bpcli.api.gradcheck import gradcheck as check
    from bpcli.cli.configs import require_not_builtin
    from bpcli.report.console import make_console
    from bpcli.report.gradcheck import print_check, print_suite

    if target is not None:
        require_not_builtin(target)
    tolerances = {name: value for name, value in (("eps", eps), ("atol", atol), ("rtol", rtol)) if value is not None}
    report = check(
        target,
        overrides=overrides or (),
        samples=samples,
        fast=fast,
        seed=seed,
        inject=inject,
        **tolerances,
    )
    if as_json:
        print_json(report.to_dict())
    elif isinstance(report, SuiteReport):
        print_suite(make_console(), report)
    else:
        print_check(make_console(), report)
    if not report.passed:
        raise typer.Exit(1)
