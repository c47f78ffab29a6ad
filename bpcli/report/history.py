"""Where a run stands, and how it came there."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from bpcli.config.load import config_from_data
from bpcli.report.figures import count, counted, duration, number
from bpcli.report.layout import Column, print_facts, print_table
from bpcli.runs.checkpoint import Saved
from bpcli.runs.log import CLOCK_COLUMNS
from bpcli.training.state import Best

MOST_ROWS = 20
"""of a longer history evenly many are left out, never the first, the best or the last"""


def print_state(console: Console, saved: Saved) -> None:
    """The counters of a checkpoint, its best value, and what wrote it."""
    counters = saved.counters
    within = f" and {counted(counters.batch, 'batch')}" if counters.batch else ""
    facts = [
        ("checkpoint", str(saved.path)),
        (
            "trained",
            f"{counted(counters.epoch, 'epoch')}{within}, {counted(counters.step, 'step')} "
            f"in {duration(counters.seconds)}",
        ),
    ]
    if counters.best:
        monitor = config_from_data(saved.config).checkpoint.monitor or "the monitored metric"
        facts.append(("best", f"{monitor} {number(counters.best.value)} at epoch {counters.best.epoch}"))
    if saved.origin:
        kept = f", with its optimizer state after step {count(saved.origin.step)}" if saved.origin.step else ""
        facts.append(("started from", f"{saved.origin.checkpoint}{kept}"))
    facts.append(("written by", ", ".join(f"{key} {value}" for key, value in saved.fingerprint.items())))
    console.print()
    print_facts(console, facts)


def print_history(console: Console, rows: Sequence[dict[str, str]], best: Best | None) -> None:
    """The log, in about `MOST_ROWS` rows, the best one marked."""
    if not rows:
        return
    names = [name for name in rows[0] if name not in ("step", *CLOCK_COLUMNS)]
    columns = [*(Column(_title(name), rank=_rank(name)) for name in names), Column("", left=True)]
    every = -(-len(rows) // MOST_ROWS)
    is_best = [best is not None and row.get("epoch") == str(best.epoch) for row in rows]
    shown = [i for i in range(len(rows)) if i % every == 0 or i == len(rows) - 1 or is_best[i]]
    console.print()
    print_table(
        console,
        columns,
        [[*(_cell(name, rows[i][name]) for name in names), Text("best" if is_best[i] else "", "green")] for i in shown],
    )
    if every > 1:
        console.print(f"{len(shown)} of {count(len(rows))} rows; log.csv has them all", style="dim")


def _title(name: str) -> str:
    return "rate" if name == "learning_rate" else name


def _cell(name: str, value: str) -> str:
    return value if name == "epoch" else f"{float(value):.4g}" if name == "learning_rate" else number(float(value))


def _rank(name: str) -> int:
    return {"epoch": 0, "train_loss": 0, "learning_rate": 4, "train_accuracy": 3}.get(name, 0 if "loss" in name else 2)
