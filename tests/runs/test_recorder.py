"""What a recorded run leaves behind."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from bpcli.errors import DataError
from bpcli.runs import recorder as run
from bpcli.runs.checkpoint import load_checkpoint
from bpcli.runs.folder import RunFolder
from bpcli.runs.log import Log, read_log
from bpcli.runs.recorder import Recorder
from bpcli.training.events import Evaluated, Origin
from bpcli.training.experiment import Experiment
from bpcli.training.state import State
from tests.training.conftest import MakeExperiment

ORIGIN = Origin("other/best.npz", 7)
METRICS = ["train_loss", "train_accuracy", "validation_loss", "validation_accuracy"]


@pytest.fixture(autouse=True)
def _ticking(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever asks the time finds a second gone."""
    monkeypatch.setattr(run, "perf_counter", itertools.count(100.0).__next__)
    monkeypatch.chdir(tmp_path)


def recorder(folder: RunFolder, trained: Experiment, state: State) -> Recorder:
    return Recorder(folder, trained, state, Log(folder.log, METRICS), {"name": "small"}, {"threads": 1}, ORIGIN)


def test_the_clock_goes_on_where_it_stood(experiment: MakeExperiment) -> None:
    trained = experiment(epochs=2)
    state = trained.start()
    state.counters.seconds = 50.0
    with RunFolder(Path("run")) as folder:
        recorded = recorder(folder, trained, state)
        recorded.open(resumed=False)
        events = list(recorded.run(lambda: False))
    assert [type(event) for event in events].count(Evaluated) == 2
    rows = read_log(folder.log)
    assert [float(row["seconds"]) for row in rows] == [52.0, 56.0]
    assert [float(row["examples_per_second"]) for row in rows] == [22 / 2, round(22 / 3)]
    assert state.counters.seconds > 56
    assert load_checkpoint(folder.last).counters.seconds > 56
    assert load_checkpoint(folder.best).origin == load_checkpoint(folder.last).origin == ORIGIN


def test_interrupted_the_clock_has_counted_what_was_trained(experiment: MakeExperiment) -> None:
    trained = experiment()
    state = trained.start()
    state.counters.seconds = 50.0
    with RunFolder(Path("run")) as folder:
        recorded = recorder(folder, trained, state)
        recorded.open(resumed=False)
        list(recorded.run(lambda: state.counters.step == 2))
    assert load_checkpoint(folder.last).counters.step == 2
    assert load_checkpoint(folder.last).counters.seconds == 52.0
    assert state.counters.seconds == 53.0


def test_at_a_broken_row_the_clock_has_counted_what_was_trained(
    experiment: MakeExperiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = experiment()
    state, epoch = trained.start(), trained.batches.epoch
    state.counters.seconds = 50.0

    def breaking(*args: int, **options: int) -> Iterator[object]:
        yield from itertools.islice(epoch(*args, **options), 2)
        raise DataError("s.csv:4: not a number")

    monkeypatch.setattr(trained.batches, "epoch", breaking)
    with RunFolder(Path("run")) as folder:
        recorded = recorder(folder, trained, state)
        recorded.open(resumed=False)
        with pytest.raises(DataError, match=r"is saved: go on with --resume run/last\.npz$"):
            list(recorded.run(lambda: False))
    assert load_checkpoint(folder.last).counters.step == 2
    assert load_checkpoint(folder.last).counters.seconds == 52.0
    assert state.counters.seconds == 53.0
