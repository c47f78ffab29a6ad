"""bpcli eval"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from bpcli.cli.arguments import AsJson, Overrides
from bpcli.cli.json_output import print_json

Split = Literal["train", "validation", "test"]


def eval_(
    checkpoint: Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="A .npz of a run, or the run folder.")],
    overrides: Overrides = None,
    split: Annotated[
        Split | None,
        typer.Option(metavar="SPLIT", help="train, validation or test. Default: test, or the last there is."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure CHECKPOINT on a split: loss, metrics, confusion matrix, mistakes."""
    from bpcli.api.evaluate import evaluate
    from bpcli.report.console import make_console
    from bpcli.report.evaluation import print_evaluation

    evaluation = evaluate(checkpoint, split=split, overrides=overrides or ())
    if as_json:
        print_json(evaluation.to_dict())
    else:
        print_evaluation(make_console(), evaluation)
