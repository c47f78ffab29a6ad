"""bpcli lr-find"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bpcli.cli.arguments import AsJson, Overrides
from bpcli.cli.json_output import print_json


def lr_find(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A YAML file.")],
    overrides: Overrides = None,
    start: Annotated[float | None, typer.Option(metavar="R", help="The first rate (1e-7).")] = None,
    end: Annotated[float | None, typer.Option(metavar="R", help="The last rate (10).")] = None,
    steps: Annotated[int | None, typer.Option(metavar="N", help="Updates to try (100).")] = None,
    smoothing: Annotated[
        float | None, typer.Option(metavar="S", help="Weight of what went before in the average loss (0.9).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find a learning rate: train while it rises, and see where the loss falls fastest. Writes nothing."""
    from bpcli.api.lr_find import find_learning_rate
    from bpcli.cli.configs import open_config
    from bpcli.report.console import make_console
    from bpcli.report.lr_find import print_range_test

    settings, document = open_config(config, overrides or [])
    stated = {"start": start, "end": end, "steps": steps, "smoothing": smoothing}
    with document.locating():
        test = find_learning_rate(settings, **{name: value for name, value in stated.items() if value is not None})  # type: ignore[arg-type]
    if as_json:
        print_json(test.to_dict())
    else:
        print_range_test(make_console(), test)
