"""A config as it will run, and the layers it describes."""

from __future__ import annotations

from itertools import pairwise

from rich.console import Console
from rich.syntax import Syntax

from bpcli.config.load import config_to_yaml
from bpcli.config.sections import Config
from bpcli.data.dataset import DataInfo
from bpcli.report.console import ENDLESS
from bpcli.report.figures import count, counted
from bpcli.report.layout import Column, print_table

_COLUMNS = (
    Column("layer", left=True),
    Column("in", rank=1),
    Column("out"),
    Column("activation", left=True),
    Column("params"),
    Column("init", left=True, rank=2),
)


def print_architecture(console: Console, config: Config, info: DataInfo) -> None:
    """The resolved config as YAML, and its layer table."""
    _print_yaml(console, config_to_yaml(config).rstrip())
    console.print()
    layers = config.model.layers
    widths = [info.features, *(layer.units for layer in layers)]
    sizes = [(fan_in + 1) * fan_out for fan_in, fan_out in pairwise(widths)]
    rows = [
        [
            f"layers.{i}",
            f"(N, {count(widths[i])})",
            f"(N, {count(widths[i + 1])})",
            layer.activation.name if layer.activation else "",
            count(sizes[i]),
            layer.init.name if layer.init else "",
        ]
        for i, layer in enumerate(layers)
    ]
    print_table(console, _COLUMNS, rows)
    console.print()
    console.print(f"{counted(sum(sizes), 'parameter')}, {config.dtype}", soft_wrap=True)


def _print_yaml(console: Console, text: str) -> None:
    if console.width == ENDLESS:
        console.print(text, soft_wrap=True, markup=False)
    else:
        console.print(Syntax(text, "yaml", theme="ansi_dark", background_color="default", word_wrap=True))
