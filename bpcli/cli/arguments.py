"""Arguments and options that several verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

Overrides = Annotated[
    list[str] | None,
    typer.Argument(metavar="KEY=VALUE", help="Changes to the config, such as optimizer.learning_rate=0.5."),
]
AsJson = Annotated[
    bool, typer.Option("--json", metavar="", help="Print one JSON object on standard output, and nothing else.")
]
Requirements = Annotated[
    list[str] | None,
    typer.Option(
        "--require",
        metavar="CONDITION",
        help="Such as 'test_accuracy>=0.98': exit with 1 if not met. Repeatable.",
    ),
]
