"""bpcli init"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bpcli.cli.messages import say_note
from bpcli.errors import UsageError


def init(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A built-in config; without it, a list.")] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to write it; - prints it. Without it, NAME.yaml."),
    ] = None,
) -> None:
    """List the built-in configs, or write one to a file."""
    from bpcli.config.builtin import MODELINE, SCHEMA, builtin_config
    from bpcli.report.escape import command

    if name is None:
        _list()
        return
    text = builtin_config(name).text
    if output == "-":
        typer.echo(text, nl=False)
        return
    path = Path(output or f"{name.replace('/', '-')}.yaml")
    if (path.parent / SCHEMA).is_file():
        text = f"{MODELINE}\n{text}"
    _write(path, text)
    say_note(f"wrote {path}; train it with\n  {command(['bpcli', 'train', str(path)])}")


def _list() -> None:
    from bpcli.config.builtin import builtin_configs
    from bpcli.report.console import make_console
    from bpcli.report.layout import print_facts

    print_facts(make_console(), [(config.name, config.description) for config in builtin_configs()])


def _write(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises `UsageError`."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} is there already: choose another file with -o, or delete it") from None
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}; choose another file with -o") from None
