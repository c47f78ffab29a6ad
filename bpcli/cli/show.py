"""bpcli show"""

from __future__ import annotations

from collections.abc import Sequence
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bpcli.cli.arguments import Overrides
from bpcli.cli.messages import say_note
from bpcli.errors import UsageError

if TYPE_CHECKING:
    from bpcli.config.sections import Config
    from bpcli.data.dataset import DataInfo


def show(
    target: Annotated[
        Path, typer.Argument(metavar="CONFIG|CHECKPOINT|RUN", help="A YAML file, a .npz of a run, or a run folder.")
    ],
    overrides: Overrides = None,
    samples: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Draw examples of CONFIG as training gets them: augmented and scaled."),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=1000, help="Examples to draw; without it, as many as fit on a sheet."),
    ] = None,
) -> None:
    """Show the resolved config, the layers and their parameters; of a run also how far it came, and its history."""
    from bpcli.cli.configs import open_config
    from bpcli.experiment.resolve import resolve, with_length_stated
    from bpcli.experiment.task import with_task
    from bpcli.report.architecture import print_architecture, print_config
    from bpcli.report.console import make_console
    from bpcli.report.rate import print_rate
    from bpcli.runs.folder import is_checkpoint

    if count is not None and samples is None:
        raise UsageError("--count says how many examples to draw: give --samples FILE.png with it")
    if is_checkpoint(target):
        if samples is not None:
            raise UsageError("--samples draws the data of a config: give the config of the run, its config.yaml")
        _show_checkpoint(target, overrides or ())
        return
    config, document = open_config(target, overrides or ())
    console = make_console()
    with document.locating():
        config = with_task(config)
        info = _info(config)
        if info is None:
            print_config(console, config)
            say_note(
                "its layers follow from the columns of the pipe, which is not read here: set model.input to see them"
            )
            return
        config = resolve(config, info)
        steps = _steps_per_epoch(config)
        if steps is not None or config.schedule.per == "epoch":
            config = with_length_stated(config, steps_per_epoch=steps or 1)
        print_architecture(console, config, info)
        print_rate(console, config, steps_per_epoch=steps)
        if samples is not None:
            _draw_samples(samples, config, count)


def _info(config: Config) -> DataInfo | None:
    """What there is to learn; None of a pipe, which is not there to be read twice, unless the config says it."""
    from bpcli.data.sources.stream import Stream

    data = config.data
    if not isinstance(data, Stream) or data.can_be_read_again:
        return data.info()
    return None if config.model.input is None else data.info_of(config.model.input)


def _steps_per_epoch(config: Config) -> int | None:
    """Where the schedule counts steps, how many an epoch has; None where the data cannot be had."""
    from bpcli.data.sources.stream import Stream
    from bpcli.errors import ConfigError, DataError
    from bpcli.experiment.build import build

    if config.schedule.per != "step":
        return None
    if isinstance(config.data, Stream):
        return config.data.steps_per_epoch
    try:
        return len(build(config)[1].batches)
    except (ConfigError, DataError):
        return None


def _draw_samples(path: Path, config: Config, count: int | None) -> None:
    from bpcli.data.sources.stream import Stream
    from bpcli.experiment.build import build
    from bpcli.report.samples import draw_samples

    if isinstance(config.data, Stream):
        raise UsageError("the rows of a stream come only when they are learnt from: draw those of data.name=csv")
    title = f"{config.name}: training examples as the network gets them"
    drawn = draw_samples(path, build(config)[1], title=title, count=count)
    say_note(f"drew {drawn} training examples to {path}")


def _show_checkpoint(target: Path, overrides: Sequence[str]) -> None:
    """A checkpoint, or the last one of a run folder."""
    from bpcli.config.load import config_from_data
    from bpcli.report.architecture import print_architecture
    from bpcli.report.console import make_console
    from bpcli.report.history import print_history, print_state
    from bpcli.runs.checkpoint import load_checkpoint
    from bpcli.runs.folder import checkpoint_at
    from bpcli.runs.log import read_log

    last = target / "last.npz"
    saved = load_checkpoint(last if lexists(last) else checkpoint_at(target))
    console = make_console()
    print_architecture(console, config_from_data(saved.config, overrides), saved.info)
    print_state(console, saved)
    print_history(console, read_log(saved.path.with_name("log.csv")), saved.counters.best)
