"""bpcli show"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bpcli.cli.arguments import Overrides


def show(
    target: Annotated[
        Path, typer.Argument(metavar="CONFIG|CHECKPOINT|RUN", help="A YAML file, a .npz of a run, or a run folder.")
    ],
    overrides: Overrides = None,
) -> None:
    """Show the resolved config, the layers and their parameters; of a run also how far it came, and its history."""
    from bpcli.cli.configs import open_config
    from bpcli.config.resolve import resolve
    from bpcli.report.architecture import print_architecture
    from bpcli.report.console import make_console
    from bpcli.training.run_folder import is_checkpoint

    if is_checkpoint(target):
        _show_checkpoint(target, overrides or ())
        return
    config, document = open_config(target, overrides or ())
    with document.locating():
        info = config.data.info()
        config = resolve(config, info)
    print_architecture(make_console(), config, info)


def _show_checkpoint(target: Path, overrides: Sequence[str]) -> None:
    """A checkpoint, or the last one of a run folder."""
    from bpcli.config.load import config_from_data
    from bpcli.report.architecture import print_architecture
    from bpcli.report.console import make_console
    from bpcli.report.history import print_history, print_state
    from bpcli.training.checkpoint import load_checkpoint
    from bpcli.training.log import read_log
    from bpcli.training.run_folder import checkpoint_at

    last = target / "last.npz"
    saved = load_checkpoint(last if last.is_file() else checkpoint_at(target))
    console = make_console()
    print_architecture(console, config_from_data(saved.config, overrides), saved.info)
    print_state(console, saved)
    print_history(console, read_log(saved.path.with_name("log.csv")))
