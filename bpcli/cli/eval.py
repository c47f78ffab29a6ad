"""bpcli eval"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from bpcli.cli.arguments import AsJson, Overrides, Requirements
from bpcli.cli.json_output import print_json
from bpcli.cli.messages import say_unmet

Split = Literal["train", "validation", "test", "all"]


def eval_(
    checkpoint: Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="A .npz of a run, or the run folder.")],
    overrides: Overrides = None,
    split: Annotated[
        Split | None,
        typer.Option(
            metavar="SPLIT",
            help="train, validation, test or all. Default: test, or the last there is; of another file: all.",
        ),
    ] = None,
    require: Requirements = None,
    as_json: AsJson = False,
) -> None:
    """Measure CHECKPOINT on a split: loss, metrics, confusion matrix, mistakes.

    Exit codes: 0 done, 1 a requirement is not met, 2 an error in what was given.
    """
    from bpcli.api.evaluate import evaluate
    from bpcli.report.console import make_console
    from bpcli.report.evaluation import print_evaluation

    evaluation = evaluate(checkpoint, split=split, overrides=overrides or (), require=require or ())
    if as_json:
        print_json(evaluation.to_dict())
    else:
        print_evaluation(make_console(), evaluation)
    say_unmet(evaluation.unmet)
    if evaluation.unmet:
        raise typer.Exit(1)
