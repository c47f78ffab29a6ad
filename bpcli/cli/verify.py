"""bpcli verify"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bpcli.cli.arguments import AsJson, Overrides
from bpcli.cli.json_output import print_json


def verify(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A YAML file.")],
    overrides: Overrides = None,
    interruptions: Annotated[int, typer.Option(metavar="N", min=1, help="Stops in the second training.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Train CONFIG twice, straight and with interruptions, and see that every bit is the same.

    Leaves nothing behind. Exits with 1 if anything differs.
    """
    from bpcli.api.verify import verify as run_verification
    from bpcli.cli.configs import open_config
    from bpcli.report.console import is_live, make_console
    from bpcli.report.verification import print_verification

    settings, document = open_config(config, overrides or [])
    console = make_console(stderr=True)
    with document.locating(), console.status("", spinner_style="cyan") as status:
        if not is_live(console):
            status.stop()
        found = run_verification(settings, interruptions=interruptions, on_training=status.update)
    if as_json:
        print_json(found.to_dict())
    else:
        print_verification(make_console(), found)
    if not found.passed:
        raise typer.Exit(1)
