"""bpcli eval"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bpcli.cli.arguments import AsJson, Overrides
from bpcli.cli.json_output import print_json


class Split(StrEnum):
    train = "train"
    validation = "validation"
    test = "test"


def eval_(
    checkpoint: Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="A .npz of a run, or the run folder.")],
    overrides: Overrides = None,
    split: Annotated[Split | None, typer.Option(help="Default: test, or the last there is.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure CHECKPOINT on a split: loss, metrics, confusion matrix, mistakes."""
    from bpcli.api.evaluate import evaluate
    from bpcli.report.console import make_console
    from bpcli.report.evaluation import print_evaluation

    evaluation = evaluate(checkpoint, split=split and split.value, overrides=overrides or ())
    if as_json:
        print_json(evaluation.to_dict())
    else:
        print_evaluation(make_console(), evaluation)
