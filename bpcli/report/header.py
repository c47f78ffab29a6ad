"""What is about to be trained, in a few lines."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from bpcli.report.figures import count, counted
from bpcli.report.layout import print_facts, print_prose
from bpcli.training.events import Started

MOST_LAYERS = 10
"""whose widths and activations are listed"""


def print_header(console: Console, started: Started) -> None:
    """The run, its data, its network and its arithmetic."""
    print_facts(
        console,
        [
            ("run", _run(started)),
            ("data", _data(started)),
            ("network", f"{network(started.widths, started.activations)}, {counted(started.parameters, 'parameter')}"),
            ("arithmetic", _arithmetic(started)),
        ],
    )
    print_warnings(console, started.warnings)
    console.print()


def print_warnings(console: Console, warnings: Iterable[str]) -> None:
    """What to know before believing what follows, a line each."""
    for warning in warnings:
        print_prose(console, ("warning: ", "yellow"), warning)


def network(widths: tuple[int, ...], activations: tuple[str, ...]) -> str:
    """`784-128-10 relu softmax`, or of many layers `784-64-64-...-10, 100 layers`"""
    if len(activations) > MOST_LAYERS:
        first = "-".join(map(str, widths[:3]))
        return f"{first}-...-{widths[-1]}, {counted(len(activations), 'layer')}"
    return f"{'-'.join(map(str, widths))} {' '.join(activations)}"


def _run(started: Started) -> str:
    run = str(started.folder)
    if started.origin:
        run += f", from {started.origin.checkpoint}"
    if started.step > started.first_step:
        run += f", resumed after epoch {started.epoch}, step {count(started.step)}"
    return run


def _data(started: Started) -> str:
    if started.examples is None:
        return f"{started.data}, each update of {counted(started.batch_size, 'row')}"
    whole = started.steps_per_epoch == 1
    batches = "all at once" if whole else f"in batches of {count(started.batch_size)}"
    return f"{started.data}, {counted(started.examples, 'example')} {batches}"


def _arithmetic(started: Started) -> str:
    hint = " (threads: 2 may be faster where no other program runs)" if started.second_thread else ""
    return f"{started.dtype}, {counted(started.threads, 'thread')}{hint}"
