"""bpcli show"""

from __future__ import annotations

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
    from bpcli.api.show import inspect_checkpoint, resolve_config
    from bpcli.cli.configs import require_not_builtin
    from bpcli.report.architecture import print_architecture
    from bpcli.report.console import make_console
    from bpcli.report.history import print_history
    from bpcli.report.yaml import print_config
    from bpcli.training.run_folder import is_checkpoint
