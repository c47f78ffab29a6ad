"""`bpcli.train(config, start_from=...)`: a new run that begins with what another has learnt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bpcli.api.train import train
from bpcli.config.sections import Checkpoint, Config, Model
from bpcli.data.sources import Csv, Moons, Stream
from bpcli.errors import CheckpointError, DataError, UsageError
from bpcli.nn.activations import Tanh
from bpcli.nn.layers import BatchNorm, Dense
from bpcli.optim.adam import Adam
from bpcli.optim.averaging import MovingAverage
from bpcli.optim.schedules import OneCycle
from bpcli.optim.sgd import SGD
from bpcli.runs.checkpoint import load_checkpoint
from bpcli.training.events import Event, Origin, Started, StepDone

from .conftest import arrays, rows, with_training
from .test_train import STEPS, after


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def rich(moons: Config) -> Config:
    """With running statistics, and averaged weights."""
    layers = (Dense(units=6, normalization=BatchNorm()), Dense(units=2))
    return replace(moons, model=Model(layers=layers), average=MovingAverage(decay=0.9))


def first_step(config: Config, **options: object) -> tuple[StepDone, dict[str, np.ndarray]]:
    """The first step of a run, and the weights it starts from: those of a rate of nothing."""
    seen: list[Event] = []
    still = replace(config, optimizer=replace(config.optimizer, learning_rate=1e-30))
    result = train(still, output="first", on_event=seen.append, interrupted=after(1), **options)  # type: ignore[arg-type]
    assert result.run is not None
    return next(event for event in seen if isinstance(event, StepDone)), load_checkpoint(result.run / "last.npz").arrays


def test_held_out_rows_that_the_weights_have_learned_from_are_said(moons: Config) -> None:
    Path("t.csv").write_text("".join(f"{row},{row / 3},{row % 2}\n" for row in range(50)))
    table = replace(moons, data=Csv(file="t.csv"))
    train(table, output="old")
    seen: list[Event] = []
    for seed in (0, 1):
        train(replace(table, seed=seed), start_from="old", output=f"new{seed}", on_event=seen.append)
    same, other = (event.warnings for event in seen if isinstance(event, Started))
    assert same == ()
    (warning,) = other
    count = int(warning.partition(" ")[0])
    assert 0 < count <= 10
    path = Path("old/best.npz")
    assert warning == (
        f"{count} of 10 rows of the test split equal a row that {path} was trained on: "
        "the figures say less of rows it has not seen"
    )


def test_a_reset_starts_with_the_weights_that_answer_and_a_new_optimizer(rich: Config) -> None:
    train(rich, output="old")
    old = load_checkpoint("old/last.npz")
    step, now = first_step(rich, start_from="old/last.npz")
    assert step.step == 1
    for name in ("layers.0.W", "layers.0.gamma", "layers.1.b"):
        np.testing.assert_array_equal(now[name], old.arrays[f"average.{name}"])
        assert not np.array_equal(old.arrays[f"average.{name}"], old.arrays[name])
        assert np.abs(now[f"average.{name}"] - now[name]).max() < 1e-6, "the average begins with them too"


@pytest.mark.parametrize("optimizer", [SGD(learning_rate=0.2, momentum=0.9), Adam()], ids=lambda o: o.name)
def test_kept_it_goes_on_with_the_raw_weights_the_slots_the_average_and_the_count_of_steps(
    rich: Config, optimizer: SGD | Adam
) -> None:
    """With the whole split in a batch, the epochs from an end that was kept are those that would have come."""
    data = Moons(samples=64, noise=0.1, batch_size="full", validation_fraction=0.25)
    config = replace(rich, data=data, optimizer=optimizer)
    train(with_training(config, epochs=5), output="straight")
    train(with_training(config, epochs=3), output="old")
    train(with_training(config, epochs=2), output="new", start_from="old/last.npz", keep_optimizer=True)
    assert arrays(Path("new/last.npz")) == arrays(Path("straight/last.npz"))
    then, now = rows(Path("straight")), rows(Path("new"))
    assert [row["step"] for row in now] == ["4", "5"]
    assert [row["validation_loss"] for row in now] == [row["validation_loss"] for row in then[3:]]


def test_a_run_folder_stands_for_its_best_checkpoint(moons: Config) -> None:
    wild = replace(with_training(moons, epochs=6), optimizer=SGD(learning_rate=8.0, momentum=0.9))
    best = train(wild, output="old").best
    assert best is not None
    assert best.epoch < 6, "the test needs a run that gets worse"
    _, from_folder = first_step(moons, start_from="old")
    np.testing.assert_array_equal(from_folder["layers.0.W"], load_checkpoint("old/best.npz").arrays["layers.0.W"])


def table(name: str, count: int, *, seed: int = 0, spread: float = 1.0, header: str = "a,b,side") -> str:
    """A CSV file of two classes."""
    rng = np.random.default_rng(seed)
    lines = [f"{a},{b},{'up' if b > a else 'down'}" for a, b in rng.normal(3.0, spread, (count, 2)).tolist()]
    Path(name).write_text("\n".join([header, *lines]) + "\n")
    return name


def test_the_inputs_are_scaled_as_the_weights_have_learnt_to_see_them(moons: Config) -> None:
    old = replace(moons, data=Csv(file=table("old.csv", 60), batch_size=8))
    new = replace(moons, data=Csv(file=table("new.csv", 40, seed=1, spread=5.0), batch_size=8))
    train(old, output="old")
    train(new, output="new", start_from="old")
    train(new, output="own")
    then, now, own = (load_checkpoint(Path(run, "last.npz")).scaler for run in ("old", "new", "own"))
    np.testing.assert_array_equal(now.shift, then.shift)
    np.testing.assert_array_equal(now.factor, then.factor)
    assert not np.array_equal(own.factor, then.factor)


@pytest.mark.parametrize("keep", [False, True], ids=["reset", "keep"])
@pytest.mark.parametrize("stop", range(1, STEPS, 3))
def test_resumed_it_is_the_run_that_never_stopped(rich: Config, stop: int, keep: bool) -> None:
    """Its scaling too comes from its own checkpoint: the one it started from may be gone."""
    train(replace(rich, data=replace(rich.data, noise=0.5)), output="old")  # type: ignore[arg-type]
    options = {"start_from": "old/last.npz", "keep_optimizer": keep}
    train(rich, output="straight", **options)  # type: ignore[arg-type]
    train(rich, output="stopped", resume="auto", interrupted=after(stop), **options)  # type: ignore[arg-type]
    Path("old/last.npz").unlink()
    train(rich, output="stopped", resume="auto", **options)  # type: ignore[arg-type]
    assert arrays(Path("stopped/last.npz")) == arrays(Path("straight/last.npz"))
    assert arrays(Path("stopped/best.npz")) == arrays(Path("straight/best.npz"))
    assert rows(Path("stopped")) == rows(Path("straight"))
    step = STEPS if keep else 0
    assert load_checkpoint("stopped/last.npz").origin == Origin("old/last.npz", step)


def test_a_checkpoint_of_a_run_that_started_by_itself_says_so(moons: Config) -> None:
    train(moons, output="run")
    assert load_checkpoint("run/last.npz").origin is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: replace(c, model=Model(layers=(Dense(units=5), Dense(units=2)))),
         r"old/best.npz: its layers.0.W is \(2, 6\), and here \(2, 5\): write the same model"),
        (lambda c: replace(c, model=Model(layers=(Dense(units=6), Dense(units=2), Dense(units=2)))),
         r"its layers.2.W is not there, and here \(2, 2\)"),
        (lambda c: replace(c, model=Model(layers=(Dense(units=6, activation=Tanh()), Dense(units=2)))),
         r"its layers\[0\] has relu, and here tanh: write the same model"),
        (lambda c: replace(c, model=Model(layers=(Dense(units=6, normalization=BatchNorm()), Dense(units=2)))),
         r"its layers.0.b is \(6,\), and here not there"),
        (lambda c: replace(c, data=Csv(file=table("t.csv", 30, header="x1,x2,half"))),
         "half: 'down' is not one of the classes 0, 1"),
    ],
)  # fmt: skip
def test_another_network_or_other_data_are_refused_and_nothing_is_written(
    moons: Config, change: Callable[[Config], Config], message: str
) -> None:
    train(moons, output="old")
    with pytest.raises(CheckpointError, match=message):
        train(change(moons), start_from="old")
    assert not Path("runs").exists()


def test_of_very_many_columns_only_those_that_differ_are_named(moons: Config) -> None:
    names = [f"x{i}" for i in range(1000)]
    for file, columns in (("t.csv", names), ("swapped.csv", [*names[:500], "new", *names[501:]])):
        rows = "\n".join(",".join([str(i % 7)] * 1000 + ["ab"[i % 2]]) for i in range(30))
        Path(file).write_text(f"{','.join(columns)},side\n{rows}\n")
    train(replace(moons, data=Csv(file="t.csv")), output="old")
    with pytest.raises(CheckpointError, match="these data lack its column x500 and these data have column new") as no:
        train(replace(moons, data=Csv(file="swapped.csv")), start_from="old")
    assert len(str(no.value)) < 300


def test_columns_in_another_order_are_refused(moons: Config) -> None:
    train(replace(moons, data=Csv(file=table("t.csv", 30))), output="old")
    lines = [line.split(",") for line in Path("t.csv").read_text().split()]
    Path("swapped.csv").write_text("".join(f"{b},{a},{side}\n" for a, b, side in lines))
    Path("wide.csv").write_text("".join(f"{a},{a}2,{b},{side}\n" for a, b, side in lines))
    with pytest.raises(CheckpointError, match="its feature 1 is a, and that of these data b: put the columns in its"):
        train(replace(moons, data=Csv(file="swapped.csv")), start_from="old")
    with pytest.raises(CheckpointError, match="these data have column a2, which it has not learned from: give data of"):
        train(replace(moons, data=Csv(file="wide.csv")), start_from="old")


def test_another_optimizer_can_only_be_reset(moons: Config) -> None:
    train(moons, output="old")
    plain = replace(moons, optimizer=SGD(learning_rate=0.1))
    with pytest.raises(CheckpointError, match="its sgd keeps velocity, and here nothing: write the same optimizer"):
        train(plain, start_from="old", keep_optimizer=True)
    assert train(plain, start_from="old").status == "completed"
    faster = replace(moons, optimizer=replace(moons.optimizer, learning_rate=0.5))
    assert train(faster, start_from="old", keep_optimizer=True).steps == 2 * STEPS


def test_arguments_that_contradict_one_another_are_refused(moons: Config) -> None:
    with pytest.raises(UsageError, match="--from begins a new run and --resume goes on with an old one"):
        train(moons, start_from="old", resume="last")
    with pytest.raises(UsageError, match="give --from with it"):
        train(moons, keep_optimizer=True)


@pytest.fixture
def stream(moons: Config) -> Config:
    data = Stream(file=table("s.csv", 23), classes=("up", "down"), batch_size=2, window=5, epoch_size=8)
    return replace(moons, data=data, training=replace(moons.training, epochs=None))


@pytest.mark.parametrize("stop", range(1, 13))
def test_a_stream_stopped_at_any_step_and_resumed_is_the_run_that_never_stopped(stream: Config, stop: int) -> None:
    straight = train(stream, output="straight")
    assert (straight.steps, straight.epochs, straight.status) == (12, 3, "completed")
    assert train(stream, output="stopped", interrupted=after(stop)).steps == stop
    train(stream, output="stopped", resume="last")
    assert arrays(Path("stopped/last.npz")) == arrays(Path("straight/last.npz"))
    assert arrays(Path("stopped/best.npz")) == arrays(Path("straight/best.npz"))
    assert rows(Path("stopped")) == rows(Path("straight"))


def test_a_finished_stream_goes_on_with_the_rows_that_were_added(stream: Config) -> None:
    assert train(stream, output="run").steps == 12
    assert train(stream, output="run", resume="last").steps == 12
    with open("s.csv", "a", encoding="utf-8") as file:
        file.write("1,2,up\n2,1,down\n3,4,up\n")
    again = train(stream, output="run", resume="last")
    assert (again.steps, again.epochs) == (14, 4)
    assert load_checkpoint("run/last.npz").counters.position == 26


def test_a_broken_row_loses_nothing_and_once_mended_the_run_is_the_same(stream: Config) -> None:
    whole = Path("s.csv").read_text()
    train(stream, output="straight")
    lines = whole.splitlines()
    Path("s.csv").write_text("\n".join([*lines[:12], "1,oops,up", *lines[13:]]) + "\n")
    with pytest.raises(DataError, match=r"s.csv:13: b: 'oops' is not .* is saved: go on with --resume run/last.npz"):
        train(stream, output="run")
    assert load_checkpoint("run/last.npz").counters.position == 10
    Path("s.csv").write_text(whole)
    train(stream, output="run", resume="last")
    assert arrays(Path("run/last.npz")) == arrays(Path("straight/last.npz"))
    assert rows(Path("run")) == rows(Path("straight"))


def test_a_broken_first_row_leaves_no_checkpoint_of_nothing(stream: Config) -> None:
    Path("s.csv").write_text("a,b,side\nx,1,up\n")
    with pytest.raises(DataError, match=r"s.csv:2: a: 'x' is not a number$"):
        train(stream, output="run")
    assert not list(Path("run").glob("*.npz"))


def test_a_stream_from_a_checkpoint_sees_its_rows_scaled_as_before(stream: Config, moons: Config) -> None:
    old = replace(moons, data=Csv(file=table("old.csv", 80), classes=("up", "down"), batch_size=8))
    train(with_training(old, epochs=40), output="old")
    result = train(stream, start_from="old", keep_optimizer=True)
    assert result.run is not None
    assert result.final["prequential_accuracy"] > 0.9
    np.testing.assert_array_equal(
        load_checkpoint(result.run / "last.npz").scaler.factor, load_checkpoint("old/last.npz").scaler.factor
    )


def test_epochs_can_end_a_stream_before_its_end_and_more_of_them_go_on(stream: Config) -> None:
    assert train(with_training(stream, epochs=2), output="run").steps == 8
    train(stream, output="straight")
    assert train(stream, output="run", resume="last").steps == 12
    assert arrays(Path("run/last.npz")) == arrays(Path("straight/last.npz"))


def test_what_was_logged_last_can_be_required_and_monitored(stream: Config) -> None:
    monitored = replace(stream, checkpoint=Checkpoint(monitor="prequential_accuracy"))
    result = train(monitored, require=["prequential_loss<1e-9", "prequential_accuracy>=0"])
    assert [str(checked.requirement) for checked in result.unmet] == ["prequential_loss<1e-09"]
    for checked in result.requirements:
        assert checked.value == result.final[checked.requirement.name], "as it was logged"
        assert (checked.checkpoint, checked.epoch) == (result.run / "last.npz", result.epochs)
    assert result.monitor == "prequential_accuracy"
    with pytest.raises(UsageError, match="this run has prequential_loss, prequential_accuracy"):
        train(stream, require=["train_loss<1"])


def test_a_schedule_by_steps_ends_with_a_run_whose_count_of_updates_goes_on(moons: Config) -> None:
    train(moons, output="old")
    rising = replace(moons, schedule=OneCycle(per="step"))
    seen: list[Event] = []
    train(rising, output="new", start_from="old/last.npz", keep_optimizer=True, on_event=seen.append)
    rates = [event.learning_rate for event in seen if isinstance(event, StepDone)]
    assert max(rates) > 0.5 * moons.optimizer.learning_rate
    assert rates[-1] < 1e-3 * max(rates)
