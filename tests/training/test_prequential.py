"""Test, then train: the log of a stream is of rows that the network had not learned from."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.scaling import UNSCALED
from bpcli.data.sources.stream import Stream
from bpcli.data.stream_batches import StreamBatches
from bpcli.data.targets import encode_targets
from bpcli.errors import DataError, DivergedError
from bpcli.nn.arrays import Array
from bpcli.optim.schedules import Constant
from bpcli.optim.sgd import SGD
from bpcli.runs.checkpoint import load_checkpoint, pack_checkpoint, restore
from bpcli.training.events import CheckpointDue, Evaluated, StepDone, Stopped, Waiting
from bpcli.training.experiment import Experiment
from bpcli.training.loop import train
from bpcli.training.monitor import Monitor
from bpcli.training.state import State, averaged

from .conftest import MakeExperiment, file_of

ROWS = 23
CLASSES = ("a", "b", "c")


def write(path: Path, x: Array, y: Array) -> None:
    header = ",".join([*(f"x{i}" for i in range(x.shape[1])), "y"])
    lines = [",".join([*map(repr, row.tolist()), CLASSES[label]]) for row, label in zip(x, y, strict=True)]
    path.write_text("\n".join([header, *lines]) + "\n")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((ROWS, 4))
    path = tmp_path / "s.csv"
    write(path, x, (x[:, 0] > 0).astype(int) + (x[:, 1] > 0))
    return path


def online(setup: Experiment, file: Path, **keys: int) -> Experiment:
    """The experiment, on the rows of a file instead of its own data."""
    stream = Stream(file=str(file), classes=CLASSES, **{"epoch_size": 6, **keys})
    encode = partial(encode_targets, encoding="index", classes=3, dtype=np.float32)
    batches = StreamBatches(stream, stream.info(), encode=encode, scaler=UNSCALED, dtype=np.float32)
    monitor = Monitor("prequential_loss", "min")
    return replace(
        setup, batches=batches, scaler=UNSCALED, splits={}, epochs=None, monitor=monitor, measured_as="prequential"
    )


def run(experiment: Experiment, state: State) -> list[object]:
    return list(train(experiment, state))


def test_an_epoch_is_a_stretch_of_rows_and_the_last_one_what_is_left(experiment: MakeExperiment, file: Path) -> None:
    setup = online(experiment(), file, batch_size=2)
    events = run(setup, setup.start())
    kinds = [type(event) for event in events]
    whole = [*[StepDone] * 3, Evaluated, CheckpointDue]
    assert kinds == [*whole * 4, Stopped]
    assert events[-1] == Stopped("completed")
    assert [event.examples for event in events if isinstance(event, StepDone)] == [2] * 11 + [1]


def test_a_stream_that_ends_with_an_epoch_has_no_empty_one_after_it(experiment: MakeExperiment, file: Path) -> None:
    setup = online(experiment(), file, epoch_size=ROWS)
    assert [event.epoch for event in run(setup, setup.start()) if isinstance(event, Evaluated)] == [1]


def test_a_row_that_cannot_be_measured_is_a_divergence_of_the_next_step(experiment: MakeExperiment, file: Path) -> None:
    setup = online(experiment(), file)
    events = train(setup, setup.start())
    next(events)
    setup.objective.network.parameters.views["layers.1.W"][0, 0] = np.nan
    with pytest.raises(DivergedError, match=r"step 2: layers\.1\.W is not finite"):
        next(events)


@pytest.mark.parametrize("everything", [False, True], ids=["plain", "everything"])
@pytest.mark.parametrize("keys", [{}, {"batch_size": 4}, {"batch_size": 2, "window": 9}], ids=str)
def test_each_row_is_measured_as_an_evaluation_would_just_before_it_is_learned(
    experiment: MakeExperiment, file: Path, keys: dict[str, int], everything: bool
) -> None:
    """Against the rows read apart, measured between the updates by the network as it then is."""
    setup = online(experiment(everything=everything), file, **keys)
    state = setup.start()
    apart = online(experiment(), file)
    rows = [(X.copy(), T.copy()) for epoch in range(4) for X, T in apart.batches.epoch(epoch)]  # type: ignore[misc]
    parameters = setup.objective.network.parameters
    losses: list[float] = []
    right: list[bool] = []

    def measure_next(count: int) -> None:
        with averaged(parameters, state):
            for X, T in rows[len(losses) : len(losses) + count]:
                losses.append(setup.objective.forward(X, T))
                right.append(bool(setup.objective.loss.Y.argmax() == T[0]))

    counted = 0
    size = keys.get("batch_size", 1)
    measure_next(size)
    for event in train(setup, state):
        if isinstance(event, StepDone):
            first = len(losses) - event.examples
            assert event.loss == pytest.approx(np.mean(losses[first:]), rel=1e-5)
            measure_next(size)
        if isinstance(event, Evaluated):
            stretch = slice(counted, counted := state.counters.examples)
            assert event.metrics == {
                "prequential_loss": pytest.approx(np.mean(losses[stretch]), rel=1e-5),
                "prequential_accuracy": pytest.approx(np.mean(right[stretch])),
            }
    assert counted == ROWS


@pytest.mark.parametrize("keys", [{}, {"batch_size": 2, "window": 5}], ids=str)
@pytest.mark.parametrize("stop_at", range(1, ROWS + 1))
def test_resumed_at_any_step_it_is_bit_for_bit_the_run_that_never_stopped(
    experiment: MakeExperiment, file: Path, keys: dict[str, int], stop_at: int, tmp_path: Path
) -> None:
    straight = online(experiment(everything=True), file, **keys)
    straight_state = straight.start()
    expected = [event for event in run(straight, straight_state) if not isinstance(event, StepDone)]

    first = online(experiment(everything=True), file, **keys)
    state, events = first.start(), []
    with closing(train(first, state)) as running:
        for event in running:
            if isinstance(event, StepDone):
                if event.step == stop_at:
                    break
            else:
                events.append(event)
    saved = tmp_path / "last.npz"
    saved.write_bytes(file_of(pack_checkpoint(first, state, config={}, fingerprint={})))

    second = online(experiment(everything=True), file, **keys)
    resumed = restore(load_checkpoint(saved), second)
    events += [event for event in run(second, resumed) if not isinstance(event, StepDone)]

    if stop_at < straight_state.counters.step:
        assert events == expected
    then, now = straight.objective.network, second.objective.network
    assert now.parameters.theta.tobytes() == then.parameters.theta.tobytes()
    assert now.statistics.values.tobytes() == then.statistics.values.tobytes()
    assert np.array_equal(resumed.average, straight_state.average)
    assert resumed.slots["velocity"].tobytes() == straight_state.slots["velocity"].tobytes()
    assert resumed.counters.position == ROWS


def test_a_pipe_that_is_silent_is_waited_for_and_the_state_can_be_saved(
    experiment: MakeExperiment, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = online(experiment(), file, batch_size=2)
    rows = list(setup.batches.stream.rows())[:4]  # type: ignore[union-attr]
    rows[1:1] = [None, None]
    monkeypatch.setattr(Stream, "rows", lambda self: iter(rows))
    kinds = [type(event) for event in run(setup, setup.start())]
    assert kinds == [Waiting, Waiting, StepDone, StepDone, Evaluated, CheckpointDue, Stopped]


def test_a_broken_row_is_an_error_after_the_rows_before_it_were_learned(experiment: MakeExperiment, file: Path) -> None:
    with open(file, "a", encoding="utf-8") as rows:
        rows.write("1,2,3,oops,a\n")
    setup = online(experiment(), file)
    state = setup.start()
    with pytest.raises(DataError, match=rf"s\.csv:{ROWS + 2}: x3: 'oops' is not a number"):
        run(setup, state)
    assert (state.counters.step, state.counters.position) == (ROWS, ROWS)


def test_after_a_concept_has_flipped_an_online_network_recovers_and_a_frozen_one_does_not(
    experiment: MakeExperiment, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2000, 4))
    y = (x[:, 0] > 0).astype(int)
    y[1000:] = 1 - y[1000:]
    file = tmp_path / "drift.csv"
    write(file, x, y)
    accuracies = {}
    for kind, window in (("online", 1), ("window", 20), ("frozen", 1)):
        setup = replace(
            online(experiment(learning_rate=0.02), file, epoch_size=500, window=window), schedule=Constant()
        )
        state = setup.start()
        events = []
        with closing(train(setup, state)) as running:
            while state.counters.step < 1000:
                events.append(next(running))
        if kind == "frozen":
            setup = replace(setup, update=replace(setup.update, optimizer=SGD(learning_rate=0.0)))
        events += run(setup, state)
        accuracies[kind] = [event.metrics["prequential_accuracy"] for event in events if isinstance(event, Evaluated)]
    assert all(accuracy[1] > 0.9 for accuracy in accuracies.values())
    assert min(accuracies["online"][3], accuracies["window"][3]) > 0.9
    assert accuracies["frozen"][3] < 0.2
