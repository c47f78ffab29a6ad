"""What goes to standard error: a line that says what is wrong, or what to know.

On a terminal it wraps at words. What must stay as it is, such as a command to paste, is a line that begins with spaces.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from bpcli.errors import BpcliError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typer import TyperException

    from bpcli.api.requirements import CheckedRequirement


def say_error(message: str) -> None:
    """Print `error: message`, the first word red on a terminal."""
    _say("error: ", "bold red", message)


def say_note(message: str) -> None:
    """Print a line that is no error, such as where to go on."""
    _say("", "", message)


def say_unmet(requirements: Iterable[CheckedRequirement]) -> None:
    """Print a line for each required metric that was not reached."""
    for checked in requirements:
        say_error(f"requirement not met: {checked}")


def with_notes(message: str, error: BaseException) -> str:
    """The message, and what whoever passed the error on has added to it, in one line."""
    return one_line("; ".join([message, *getattr(error, "__notes__", [])]))


def one_line(text: str) -> str:
    """The text without line breaks of its own: a name that has one must not begin a message of its own."""
    return text.replace("\n", "\\n")


def describe(error: BpcliError) -> str:
    """The error's own text; that of a config with several problems is led by their number."""
    if isinstance(error, ConfigError) and len(error.problems) > 1:
        return f"the config has {len(error.problems)} problems\n\n{error}"
    return str(error) if isinstance(error, ConfigError) else one_line(str(error))


def describe_misuse(error: TyperException) -> str:
    """What is wrong with an argument or option, and where to look what there is."""
    message = error.format_message().rstrip(".").replace("Value error, ", "")  # the latter is pydantic's
    context = getattr(error, "ctx", None)
    return f"{message[:1].lower()}{message[1:]} (see {context.command_path if context else 'bpcli'} --help)"


def _say(lead: str, style: str, message: str) -> None:
    from rich.text import Text

    from bpcli.report.console import make_console
    from bpcli.report.layout import print_prose

    console = make_console(stderr=True)
    first, *more = message.split("\n")
    with suppress(OSError, SystemExit):  # rich's way to end at a closed pipe; the exit code says it to whom we cannot
        print_prose(console, (lead, style), first)
        for line in more:
            if line[:1].isspace():
                console.print(Text(line), soft_wrap=True)
            else:
                print_prose(console, ("", ""), line)
