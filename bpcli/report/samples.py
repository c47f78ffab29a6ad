"""A sheet of what a network is fed: the first examples of training, augmented and scaled as it gets them."""

from __future__ import annotations

import math
import shlex
import sys
import warnings
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bpcli.data.dataset import DataInfo
from bpcli.errors import UsageError
from bpcli.nn.arrays import Array
from bpcli.report.escape import escaped
from bpcli.training.experiment import Experiment

MOST_IMAGES, MOST_POINTS, MOST_ROWS = 40, 1000, 30
"""Examples on a sheet, unless a number is asked for."""

INK, PAPER, QUIET = "#22262b", "#ffffff", "#7a828c"
PALETTE = (
    "#3b6fb6", "#e07b39", "#3f9b62", "#c8434f", "#7f63b8", "#8a6248", "#d37ab0", "#6b7480", "#a8a632", "#2fa5b5"
)  # fmt: skip
"""of the classes, over again where there are more"""

LONGEST_LABEL = 14
MOST_CLASSES = 20
"""of those that the legend lists"""

MARK = "bpcli show --samples"
"""In the metadata of a sheet, by which it is recognised and may be drawn anew."""
LARGEST = 1 << 27
"""Bytes of a sheet."""


class Samples(NamedTuple):
    """Some examples of the first epoch."""

    X: Array
    """(N, features)"""
    T: Array
    """their targets, in the form the loss gets"""
    info: DataInfo

    @property
    def labels(self) -> list[str]:
        """The class of each, or the two it is mixed of; its numbers; nothing where its targets are its inputs."""
        if self.T is self.X:
            return [""] * len(self.X)
        if not self.info.class_names:
            return [_shortened(", ".join(f"{value:.3g}" for value in row)) for row in self.T.tolist()]
        return [self._mixture(row) for row in self.shares]

    @property
    def shares(self) -> Array:
        """How much each belongs to each class, `(N, classes)`."""
        classes = len(self.info.class_names)
        if self.T.ndim == 1:
            return np.eye(classes)[self.T]
        return np.hstack([1 - self.T, self.T]) if self.T.shape[1] == 1 else self.T

    def _mixture(self, shares: Array) -> str:
        first, second = np.argsort(-shares, kind="stable")[:2].tolist()
        names, percent = self.info.class_names, round(100 * float(shares[second]))
        if percent == 0:
            return _shortened(names[first])
        return f"{_shortened(names[first])} + {percent}% {_shortened(names[second])}"


def draw_samples(path: Path, experiment: Experiment, *, title: str, count: int | None) -> int:
    """Draw `count` examples (default: what fits on a sheet) to an image file; returns how many there were.

    Images are shown as images, rows of two numbers as points, longer ones as a map of colours. Raises `UsageError`
    where matplotlib cannot be imported, or the file cannot be written, or is there already and is no such sheet.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        command = f"{shlex.quote(sys.executable or 'python')} -m pip install matplotlib"
        raise UsageError(f"--samples draws with matplotlib, which is not installed: {command}") from error
    except ImportError as error:
        raise UsageError(f"--samples draws with matplotlib, which cannot be imported: {error}") from error

    _require_own(path)
    info = experiment.info
    draw, most = (
        (_draw_images, MOST_IMAGES)
        if info.image_shape
        else (_draw_points, MOST_POINTS)
        if info.features == 2
        else (_draw_rows, MOST_ROWS)
    )
    samples = _first(experiment, count or most)
    # a $ in a name begins no formula, and a character that the font lacks is drawn as a box and needs no warning
    with rc_context({"text.parse_math": False}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        figure = Figure(facecolor=PAPER, layout="constrained")
        draw(figure, samples)
        figure.suptitle(escaped(title), color=INK, fontsize=11)
        if path.suffix[1:].lower() not in figure.canvas.get_supported_filetypes():
            raise UsageError(f"cannot draw to {path}: name a file that ends in .png, .svg or .pdf")
        try:
            figure.savefig(path, dpi=160, metadata=_METADATA.get(path.suffix[1:].lower()))
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}; choose another file") from None
    return len(samples.X)


_METADATA = {"png": {"Source": MARK}, **{kind: {"Creator": MARK} for kind in ("svg", "pdf", "ps", "eps")}}
"""Of the formats that have any."""


def _require_own(path: Path) -> None:
    """Raise UsageError for a file that is not a sheet drawn before."""
    try:
        is_own = not path.exists() or (
            path.is_file() and path.stat().st_size <= LARGEST and MARK.encode() in path.read_bytes()
        )
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}; choose another file") from None
    if not is_own:
        raise UsageError(f"{path} is there already, and is not known as a sheet of bpcli: choose another file")


def _first(experiment: Experiment, count: int) -> Samples:
    """The first `count` examples as training sees them, over several batches if need be."""
    size = experiment.batches.batch_size
    pairs = [
        (X.copy(), None if T is X else T.copy())
        for X, T in islice(filter(None, experiment.batches.epoch(0)), -(-count // size))
    ]
    X = np.concatenate([X for X, _ in pairs])[:count]
    targets = [T for _, T in pairs if T is not None]
    return Samples(X, np.concatenate(targets)[:count] if targets else X, _escaped(experiment.info))


def _escaped(info: DataInfo) -> DataInfo:
    """The same with names that are safe to draw."""
    classes, features = (tuple(map(escaped, names)) for names in (info.class_names, info.feature_names))
    return replace(info, class_names=classes, feature_names=features)


def _draw_images(figure: Any, samples: Samples) -> None:
    count, labels = len(samples.X), samples.labels
    columns = min(count, max(1, math.ceil(math.sqrt(1.6 * count))))
    rows = -(-count // columns)
    figure.set_size_inches(max(1.0 * columns, 4.0), (1.18 if any(labels) else 1.03) * rows + 0.5)
    low, high = np.percentile(samples.X, [0.5, 99.5])  # a rarely lit pixel, standardised, would grey out all others
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes:
        axis.set_axis_off()
    for axis, x, label in zip(axes, samples.X, labels, strict=False):
        axis.imshow(x.reshape(samples.info.image_shape), cmap="gray", vmin=low, vmax=max(high, low + 1e-9))
        axis.set_title(label, fontsize=7 if len(label) < LONGEST_LABEL else 5.5, color=INK, pad=3)


def _draw_points(figure: Any, samples: Samples) -> None:
    figure.set_size_inches(6.4, 5.6)
    axis = figure.subplots()
    names = samples.info.feature_names or ("x1", "x2")
    axis.set_xlabel(_shortened(names[0]), color=INK)
    axis.set_ylabel(_shortened(names[1]), color=INK)
    axis.set_aspect("equal", adjustable="datalim")
    _quieten(axis)
    axis.grid(color="#e8eaed", linewidth=0.8)
    axis.set_axisbelow(True)
    look = {"s": 16 if len(samples.X) > 200 else 36, "alpha": 0.85, "linewidths": 0}
    x, y = samples.X.T
    if samples.info.class_names:
        colours = _class_colours(samples.info)
        axis.scatter(x, y, c=np.clip(samples.shares @ colours, 0, 1), **look)
        shown = samples.info.class_names[:MOST_CLASSES]
        for name, colour in zip(shown, colours, strict=False):
            axis.scatter([], [], color=colour, label=_shortened(name), **look)
        if more := samples.info.classes - len(shown):
            axis.scatter([], [], alpha=0, label=f"and {more} more")
        axis.legend(frameon=False, labelcolor=INK, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    elif samples.T is samples.X:
        axis.scatter(x, y, color=PALETTE[0], **look)
    else:
        drawn = axis.scatter(x, y, c=samples.T[:, 0], cmap="viridis", **look)
        figure.colorbar(drawn, ax=axis, shrink=0.8).outline.set_visible(False)


def _draw_rows(figure: Any, samples: Samples) -> None:
    count, features = samples.X.shape
    names = samples.info.feature_names if features <= 60 else ()
    figure.set_size_inches(min(max(0.32 * features + 2.5, 4.5), 16), 0.22 * count + (2.2 if names else 1.2))
    axis = figure.subplots()
    bound = float(np.abs(samples.X).max()) or 1.0
    drawn = axis.imshow(samples.X, cmap="RdBu_r", vmin=-bound, vmax=bound, aspect="auto", interpolation="nearest")
    axis.set_yticks(range(count), samples.labels, fontsize=7)
    axis.set_xticks(
        range(len(names)), map(_shortened, names), fontsize=7, rotation=45, ha="right", rotation_mode="anchor"
    )
    if not names:
        axis.set_xlabel(f"{features} features", color=INK)
    _quieten(axis)
    bar = figure.colorbar(drawn, ax=axis, shrink=0.8, pad=0.02, aspect=40)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=7, colors=QUIET, length=0)


def _quieten(axis: Any) -> None:
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0, colors=QUIET)


def _class_colours(info: DataInfo) -> Array:
    """Red, green and blue of each class, `(classes, 3)`."""
    from matplotlib.colors import to_rgb

    return np.array([to_rgb(PALETTE[index % len(PALETTE)]) for index in range(info.classes)])


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"
