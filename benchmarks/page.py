"""The figures as a Markdown page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.processes import Run, median
from benchmarks.rounds import Timings
from bpcli.report.figures import counted

BARS = {
    "2-8-2, batch 4": (12, 3, 0.3, None),
    "784-30-10, batch 10": (5, 2, 0.8, None),
    "784-128-10, batch 32": (3.5, 1.2, 0.7, 1.5),
    "784-128-10, batch 128": (1.8, 1.15, 0.9, 1.3),
    "784-512-512-10, batch 128": (1.1, 1.0, 0.95, 1.15),
    "six layers, batch 128": (1.05, 1.4, 1.4, 1.2),
}
"""What bpcli is to reach: times torch, JAX step by step, JAX by epochs; and at most so many times the floor."""


def explanation(rounds: int, mnist: Path | None) -> str:
    """What the tables show."""
    images = "generated images like those of MNIST" if mnist is None else "the images of MNIST"
    return f"""\
The first column of figures is what a step of `bpcli train` takes, with its log, checkpoints, progress and events on;
the others how many times as long the same step takes elsewhere: the median of the ratios within one round
(least–greatest), of {counted(rounds, "alternating round")} on {images}. A step is a batch gathered, forward, loss,
backward, update. *Own layers, bare loop* is bpcli's without the tool around them, *bare NumPy loop* what somebody
would write who knows NumPy and needs this one network, *floor* the matrix products alone; *torch, flush* has subnormal
numbers switched off. *Checkpoints* is the share of the time that saving one an epoch takes. [NOTES.md](NOTES.md) says
how each was run. Of the bars, those that were not reached are bold."""


def steps_table(all_timings: Sequence[Timings]) -> str:
    """Microseconds a step of bpcli, and how many times as long each peer takes (median, least to greatest)."""
    peers = list(dict.fromkeys(peer for timings in all_timings for peer in timings.seconds if peer != "bpcli"))
    titles = {"own_loop": "own layers, bare loop", "bare": "bare NumPy loop", "floor": "floor"}
    rows = [["network", "bpcli, µs", *(titles.get(peer, peer) for peer in peers), "bpcli / floor", "checkpoints"]]
    for timings in all_timings:
        cells = [_ratio(timings, peer) if peer in timings.seconds else "–" for peer in peers]
        floor = f"{1 / timings.ratio('floor')[0]:.2f}" if "floor" in timings.seconds else "–"
        rows.append([timings.case.name, f"{timings.step('bpcli') * 1e6:,.1f}", *cells, floor])
        rows[-1].append(f"{timings.checkpoints:.1%}")
    return table(rows)


def bars_table(all_timings: Sequence[Timings]) -> str:
    """Each bar beside what was measured."""
    rows = [["network", "torch", "JAX, step", "JAX, epoch", "step / floor", "scikit-learn"]]
    for timings in all_timings:
        if timings.case.name in BARS:
            *against, floor = BARS[timings.case.name]
            cells = [
                _beside(timings.ratio(peer)[0], bar, at_least=True) if peer in timings.seconds else "–"
                for peer, bar in zip(("torch", "jax, step", "jax, epoch"), against, strict=True)
            ]
            cells.append("–" if floor is None else _beside(1 / timings.ratio("floor")[0], floor, at_least=False))
            scikit = "scikit-learn" in timings.seconds
            cells.append(_beside(timings.ratio("scikit-learn")[0], 2, at_least=True) if scikit else "–")
            rows.append([timings.case.name, *cells])
    return table(rows)


def processes_table(runs: dict[str, list[Run]], to: str) -> str:
    """Medians of whole processes, and how many times what `to` takes."""
    rows = [["process", "seconds", f"times `{to}`", "processor time, s", f"times `{to}`", "peak memory, MiB"]]
    base = {what: median(runs[to], what) for what in ("seconds", "cpu")}
    for name, of_name in runs.items():
        cells = []
        for what in ("seconds", "cpu"):
            value = median(of_name, what)
            cells += [f"{value:.3f}", f"{value / base[what]:.2f}"]
        rows.append([f"`{name}`", *cells, f"{median(of_name, 'peak'):.0f}"])
    return table(rows)


def table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = ("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join([head, "| --- " * len(rows[0]) + "|", *body])


def _ratio(timings: Timings, peer: str) -> str:
    middle, least, greatest = timings.ratio(peer)
    return f"{middle:.2f} ({least:.2f}–{greatest:.2f})"


def _beside(value: float, bar: float, *, at_least: bool) -> str:
    reached = value >= bar if at_least else value <= bar
    return f"{'' if reached else '**'}{value:.2f}{'' if reached else '**'} ({'≥' if at_least else '≤'} {bar:g})"
