"""bpcli train"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bpcli.cli.arguments import AsJson, Overrides, Requirements
from bpcli.cli.json_output import print_json
from bpcli.cli.messages import say_note, say_unmet, with_notes
from bpcli.cli.signals import watching
from bpcli.errors import DivergedError, UsageError

if TYPE_CHECKING:
    from bpcli.api.train import TrainResult
    from bpcli.config.sections import Config


Progress = Literal["auto", "rich", "plain", "none"]
OptimizerState = Literal["keep", "reset"]


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A YAML file; `bpcli init` has some to start from.")],
    overrides: Overrides = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="DIR", help="The run folder; without it, a new one in runs/."),
    ] = None,
    resume: Annotated[
        str | None, typer.Option(metavar="last|best|auto|PATH", help="Go on from a checkpoint, bit for bit.")
    ] = None,
    start_from: Annotated[
        Path | None,
        typer.Option("--from", metavar="CHECKPOINT", help="Start a new run with the weights of a checkpoint or run."),
    ] = None,
    optimizer_state: Annotated[
        OptimizerState | None,
        typer.Option(
            metavar="keep|reset", help="What --from does with the optimizer of its checkpoint. Default: reset."
        ),
    ] = None,
    require: Requirements = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Short for seed=N.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar="", help="Build everything, do one step, write nothing.")
    ] = False,
    as_json: AsJson = False,
    progress: Annotated[Progress, typer.Option(help="auto: bars on a terminal, else a line an epoch.")] = "auto",
) -> None:
    """Train CONFIG; write checkpoints and a log into a run folder.

    Exit codes: 0 done, 1 a requirement is not met, 2 an error in what was given,
    3 diverged, 129, 130 or 143 interrupted and saved.
    """
    from bpcli.api.train import train as run_training
    from bpcli.cli.configs import open_config
    from bpcli.report.display import make_display

    if optimizer_state is not None and start_from is None:
        raise UsageError("--optimizer-state says what to do with the optimizer of a checkpoint: give --from with it")
    changes = [*(overrides or []), *([] if seed is None else [f"seed={seed}"])]
    settings, document = open_config(config, changes)
    result: TrainResult | None = None
    with watching() as interruption:
        try:
            with make_display(progress, stderr=as_json) as display, document.locating():
                result = run_training(
                    settings,
                    output=output,
                    resume=resume,
                    start_from=start_from,
                    keep_optimizer=optimizer_state == "keep",
                    require=require or (),
                    dry_run=dry_run,
                    on_event=display.show,
                    interrupted=interruption.requested,
                )
        except (OSError, SystemExit) as error:  # a signal ends the `tee` or the terminal that shows us, too
            if not interruption.requested():
                raise
            if result is None:
                say_note(with_notes("interrupted", error))
                raise typer.Exit(interruption.exit_code) from None
    try:
        _show(settings, result, as_json=as_json, progress=progress)
    except (OSError, SystemExit):
        if result.status != "interrupted":
            raise
    if result.status == "interrupted":
        say_note(_how_to_resume(result, config, changes))
    if result.status == "diverged":
        raise DivergedError(result.message)
    say_unmet(checked for checked in result.unmet if checked.value is not None)
    if interruption.requested():  # also where it came too late to interrupt anything
        raise typer.Exit(interruption.exit_code)
    if result.unmet:
        raise typer.Exit(1)


def _show(config: Config, result: TrainResult, *, as_json: bool, progress: Progress) -> None:
    from bpcli.report.console import make_console
    from bpcli.report.summary import print_summary

    console = make_console(stderr=as_json, style=progress)
    print_summary(console, config, result)
    if as_json:
        print_json(result.to_dict())


def _how_to_resume(result: TrainResult, config: Path, changes: list[str]) -> str:
    from bpcli.report.escape import command

    assert result.run is not None
    line = command(["bpcli", "train", str(config), *changes, "--resume", str(result.run / "last.npz")])
    return f"interrupted and saved after epoch {result.epochs}, step {result.steps}; go on with\n  {line}"
