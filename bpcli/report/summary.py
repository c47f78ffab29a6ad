"""How a training ended: the last thing a person reads of it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from bpcli.api.train import Status, TrainResult
from bpcli.config.sections import Config
from bpcli.data.sources.mnist import ImageSource
from bpcli.data.sources.stream import Stream
from bpcli.data.sources.xor import Xor
from bpcli.report.escape import command
from bpcli.report.figures import counted, duration, number
from bpcli.report.layout import Cell, print_facts
from bpcli.report.truth_table import MOST_BITS, print_truth_table

_TITLES: dict[Status, tuple[str, str]] = {
    "completed": ("completed", "green"),
    "stopped_early": ("stopped early", "green"),
    "interrupted": ("interrupted", "yellow"),
    "diverged": ("diverged", "red"),
    "dry_run": ("dry run", "green"),
}


def print_summary(console: Console, config: Config, result: TrainResult) -> None:
    """Status, best and final metrics, files, what to type next; of a small XOR the truth table first."""
    is_small_xor = isinstance(config.data, Xor) and config.data.bits <= MOST_BITS
    if is_small_xor and result.experiment and result.status not in ("dry_run", "diverged"):
        console.print()
        print_truth_table(console, result.experiment)
    console.print()
    print_facts(console, _facts(config, result))


def _facts(config: Config, result: TrainResult) -> Iterator[tuple[str, Cell | list[str]]]:
    title, style = _TITLES[result.status]
    amount = f"{counted(result.epochs, 'epoch')}, {counted(result.steps, 'step')} in {duration(result.seconds)}"
    if result.status == "dry_run":
        amount = "one step; nothing was written"
    yield "status", Text.assemble((title, style), f" after {amount}")
    if result.best:
        yield "best", f"{result.monitor} {number(result.best.value)} at epoch {result.best.epoch}"
    if result.final:
        yield "final", [f"{name} {number(value)}" for name, value in result.final.items()]
    if measured := [checked for checked in result.requirements if checked.value is not None]:
        yield "required", "\n".join(f"{'met' if checked.met else 'not met'}: {checked}" for checked in measured)
    if result.run is not None:
        files = [name for name in ("best.npz", "last.npz", "log.csv", "config.yaml") if (result.run / name).is_file()]
        yield "files", f"{result.run}: {', '.join(files)}"
        if "best.npz" in files and result.status in ("completed", "stopped_early"):
            arguments = ["bpcli", "eval", str(result.run / "best.npz"), *_data(config)]
            yield "next", Text(command(arguments), no_wrap=True)


def _data(config: Config) -> list[str]:
    """What `bpcli eval` has to be told of the data, because it does not take it from the checkpoint."""
    if isinstance(config.data, Stream):
        return ["data.name=csv", "data.file=FILE"]
    if isinstance(config.data, ImageSource) and config.data.cache_dir is not None:
        return [f"data.cache_dir={config.data.cache_dir}"]
    return []
