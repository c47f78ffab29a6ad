"""The front page of `bpcli`: what `--help` alone shows, in less time than importing anything takes."""

from __future__ import annotations

import os
import shutil
import sys

from bpcli.version import SUMMARY

COMMANDS = {
    "train": "Train CONFIG; write checkpoints and a log into a run folder.",
    "eval": "Measure CHECKPOINT on a split: loss, metrics, confusion matrix, mistakes.",
    "gradcheck": "Check back-propagation against numerical gradients, tensor by tensor, in float64.",
    "verify": "Train CONFIG twice, straight and with interruptions, and see that every bit is the same.",
    "show": "Show the resolved config, the layers and their parameters; of a run also how far it came, "
    "and its history.",
    "lr-find": "Find a learning rate: train while it rises, and see where the loss falls fastest. Writes nothing.",
    "init": "List the built-in configs, or write one to a file.",
    "schema": "Print the JSON Schema of the config, for editors.",
}
"""Each verb with the first sentence of its own help."""

OPTIONS = {"-h, --help": "Show this page; after a command, that command's own.", "--version": "Show the version."}

WIDEST = 100
"""Columns: longer lines are hard to read."""


def is_asked_for(arguments: list[str]) -> bool:
    """Whether a command line asks for this page alone."""
    return arguments in ([], ["--help"], ["-h"])


def front_page() -> str:
    """The page, as wide as the terminal and no wider than reads well."""
    width = min(shutil.get_terminal_size().columns, WIDEST)
    usage = f"{_bold('Usage:')} bpcli COMMAND [ARGUMENTS]"
    about = "\n".join(_wrapped(SUMMARY, width))
    return "\n\n".join([usage, about, _table("Commands", COMMANDS, width), _table("Options", OPTIONS, width)]) + "\n"


def _table(title: str, rows: dict[str, str], width: int) -> str:
    indent = 4 + max(map(len, rows))
    lines = [_bold(title)]
    for name, text in rows.items():
        first, *more = _wrapped(text, max(width - indent, 20))
        lines += [f"  {name:<{indent - 2}}{first}", *(" " * indent + line for line in more)]
    return "\n".join(lines)


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of whole words; `textwrap` would import `re`, which takes longer than the page."""
    lines = [""]
    for word in text.split():
        line = f"{lines[-1]} {word}".lstrip()
        if len(line) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = line
    return lines


def _bold(text: str) -> str:
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return text if plain else f"\x1b[1m{text}\x1b[0m"
