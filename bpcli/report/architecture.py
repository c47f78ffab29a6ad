"""A config as it will run, and the layers it describes."""

from __future__ import annotations

from math import prod

from rich.console import Console
from rich.syntax import Syntax

from bpcli.config.load import config_to_yaml
from bpcli.config.sections import Config
from bpcli.data.dataset import DataInfo
from bpcli.nn.layers import Dense
from bpcli.nn.network import parameter_shapes
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
    print_config(console, config)
    console.print()
    model = config.model
    widths = [info.features, *(layer.units for layer in model.layers)]
    shapes = parameter_shapes(model.layers, widths)
    sizes = [
        sum(prod(shape) for name, shape in shapes.items() if name.startswith(f"layers.{i}."))
        for i in range(len(model.layers))
    ]
    rows = [
        [
            f"layers.{i}",
            f"(N, {count(widths[i])})",
            f"(N, {count(widths[i + 1])})",
            _functions(layer),
            count(sizes[i]),
            layer.init.name if layer.init else "",
        ]
        for i, layer in enumerate(model.layers)
    ]
    if changes := _changes("noise", model.input_noise) + _changes("dropout", model.input_dropout):
        shape = f"(N, {count(info.features)})"
        rows.insert(0, ["input", shape, shape, " ".join(changes), "0", ""])
    print_table(console, _COLUMNS, rows)
    console.print()
    console.print(f"{counted(sum(sizes), 'parameter')}, {config.dtype}", soft_wrap=True)


def _functions(layer: Dense) -> str:
    """What follows the affine map, in order: `batch_norm relu dropout 0.2`."""
    names = [part.name for part in (layer.normalization, layer.activation) if part]
    return " ".join([*names, *_changes("dropout", layer.dropout)])


def _changes(name: str, amount: float | None) -> list[str]:
    return [f"{name} {amount:g}"] if amount else []


def print_config(console: Console, config: Config) -> None:
    """The config as YAML."""
    text = config_to_yaml(config).rstrip()
    if console.width == ENDLESS:
        console.print(text, soft_wrap=True, markup=False)
    else:
        console.print(Syntax(text, "yaml", theme="ansi_dark", background_color="default", word_wrap=True))
