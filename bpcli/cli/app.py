"""The `bpcli` command and its verbs."""

from __future__ import annotations

from typing import Annotated

import typer

from bpcli.cli.eval import eval_
from bpcli.cli.front import front_page
from bpcli.cli.gradcheck import gradcheck
from bpcli.cli.init import init
from bpcli.cli.lr_find import lr_find
from bpcli.cli.schema import schema
from bpcli.cli.show import show
from bpcli.cli.train import train
from bpcli.cli.verify import verify
from bpcli.version import __version__

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bpcli {__version__}")
        raise typer.Exit


def _print_help(wanted: bool) -> None:
    if wanted:
        typer.echo(front_page(), nl=False)
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", metavar="", help="Show the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
    help_: Annotated[  # typer's own would import pydantic wherever it is not given
        bool,
        typer.Option(
            "--help", "-h", metavar="", help="Show this message and exit.", callback=_print_help, is_eager=True
        ),
    ] = False,
) -> None:
    """Train, check and understand small neural networks: back-propagation by hand in NumPy, from a YAML file."""
    if context.invoked_subcommand is None:
        typer.echo(front_page(), nl=False)


app.command()(train)
app.command("eval")(eval_)
app.command()(gradcheck)
app.command()(verify)
app.command()(show)
app.command("lr-find")(lr_find)
app.command()(init)
app.command()(schema)
