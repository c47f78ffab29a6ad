"""`bpcli.train`: a run folder comes out, and a run can be stopped, resumed, extended and required to be good."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from bpcli.api.evaluate import evaluate
from bpcli.api.train import train
from bpcli.config.load import load_config
from bpcli.config.sections import Checkpoint, Config, EarlyStopping, Model, Training
from bpcli.data.sources import Npz
from bpcli.data.sources.csv_table import Csv
from bpcli.errors import CheckpointError, ConfigError, UsageError
from bpcli.experiment.build import build
from bpcli.nn.layers import BatchNorm, Dense
from bpcli.nn.losses import MeanSquaredError
from bpcli.optim.averaging import MovingAverage
from bpcli.optim.schedules import Cosine, Plateau, Polynomial
from bpcli.optim.sgd import SGD
from bpcli.runs.checkpoint import load_checkpoint
from bpcli.runs.compare import differences
from bpcli.runs.folder import RunFolder
from bpcli.training.events import Event, Started, StepDone
from bpcli.training.loop import _observe

from .conftest import arrays, rows, with_training

STEPS = 15


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def after(steps: int) -> Callable[[], bool]:
    """An interruption that comes after so many steps."""
    count = itertools.count(1)
    return lambda: next(count) == steps


def test_a_run_leaves_its_config_log_and_checkpoints(moons: Config) -> None:
    result = train(moons)
    assert result.run == Path("runs/moons")
    assert {path.name for path in result.run.iterdir()} == {".lock", "config.yaml", "log.csv", "last.npz", "best.npz"}
    assert result.status == "completed"
    assert (result.epochs, result.steps) == (3, STEPS)
    assert [row["epoch"] for row in rows(result.run)] == ["1", "2", "3"]
    assert result.best is not None
    losses = [float(row["validation_loss"]) for row in rows(result.run)]
    assert result.best.value == min(losses) == losses[result.best.epoch - 1]
    assert result.final["validation_loss"] == losses[-1]


@pytest.mark.parametrize("failure", [BrokenPipeError(), SystemExit(1)])
def test_whoever_looks_on_may_fail_and_nothing_learnt_is_lost(
    moons: Config, tmp_path: Path, failure: BaseException
) -> None:
    def look(event: Event) -> None:
        if isinstance(event, StepDone) and event.step == 7:
            raise failure

    with pytest.raises(type(failure)):
        train(moons, output=tmp_path / "run", on_event=look)
    assert load_checkpoint(tmp_path / "run" / "last.npz").counters.step == 7
    train(moons, output=tmp_path / "run", resume="last")
    train(moons, output=tmp_path / "straight")
    assert differences(tmp_path / "run", tmp_path / "straight") == []


@pytest.mark.parametrize("number", range(3, 24))
def test_whichever_event_it_fails_at_the_run_goes_on_as_if_nothing_had_been(moons: Config, number: int) -> None:
    events: list[Event] = []

    def look(event: Event) -> None:
        events.append(event)
        if len(events) == number:
            raise BrokenPipeError

    train(moons, output="straight")
    with pytest.raises(BrokenPipeError):
        train(moons, output="run", on_event=look)
    train(moons, output="run", resume="last")
    assert differences(Path("run"), Path("straight")) == []


def test_the_written_config_trains_the_same_network(moons: Config) -> None:
    first = train(moons)
    assert first.run is not None
    second = train(load_config(first.run / "config.yaml"), output="again")
    assert second.run is not None
    assert arrays(second.run / "last.npz") == arrays(first.run / "last.npz")
    assert rows(second.run) == rows(first.run)


def test_a_second_run_never_overwrites_the_first(moons: Config) -> None:
    assert train(moons).run == Path("runs/moons")
    assert train(moons).run == Path("runs/moons-2")
    with pytest.raises(CheckpointError, match="already holds a checkpoint"):
        train(moons, output="runs/moons")


@pytest.mark.parametrize("stop", range(1, STEPS + 1))
def test_stopped_at_any_step_and_resumed_it_is_the_run_that_never_stopped(moons: Config, stop: int) -> None:
    train(moons, output="straight")
    stopped = train(moons, output="stopped", interrupted=after(stop))
    assert (stopped.status, stopped.steps) == ("interrupted", stop)
    resumed = train(moons, output="stopped", resume="last")
    assert (resumed.status, resumed.steps) == ("completed", STEPS)
    for name in ("last.npz", "best.npz"):
        assert arrays(Path("stopped", name)) == arrays(Path("straight", name))
    assert rows(Path("stopped")) == rows(Path("straight"))
    then, now = (load_checkpoint(Path(run, "last.npz")).counters for run in ("straight", "stopped"))
    assert replace(then, seconds=0, log=None) == replace(now, seconds=0, log=None)


def test_stopped_again_and_again_it_is_still_the_run_that_never_stopped(moons: Config) -> None:
    train(moons, output="straight")
    while train(moons, output="stopped", resume="auto", interrupted=after(2)).status == "interrupted":
        pass
    assert arrays(Path("stopped/last.npz")) == arrays(Path("straight/last.npz"))
    assert arrays(Path("stopped/best.npz")) == arrays(Path("straight/best.npz"))
    assert rows(Path("stopped")) == rows(Path("straight"))


def test_a_kill_between_a_log_row_and_its_checkpoint_writes_no_row_twice(moons: Config) -> None:
    train(moons, output="straight")
    train(moons, output="killed", interrupted=after(7))
    with open("killed/log.csv", "a", encoding="utf-8") as log:
        log.write("2,10,0.1,0.5,0.5,0.5,0.5,1.0,100\n3,")
    train(moons, output="killed", resume="last")
    assert rows(Path("killed")) == rows(Path("straight"))


def test_inputs_that_have_changed_are_noticed(moons: Config) -> None:
    """Where nothing is fitted to the data, neither the scaling nor the targets would show it."""
    data = Csv(file="data.csv", target="label", scale="none", batch_size=8)
    config = replace(moons, data=data)
    content = "a,label\n" + "".join(f"{i / 40},{'yes' if i % 3 else 'no'}\n" for i in range(40))
    Path("data.csv").write_text(content)
    train(config, output="run")
    Path("data.csv").write_text(content.replace("0.", "1."))
    with pytest.raises(CheckpointError, match="the data are not those it was trained on"):
        train(with_training(replace(config, data=replace(data)), epochs=4), output="run", resume="last")
    Path("moved.csv").write_text(content)
    moved = replace(config, data=replace(data, file="moved.csv"))
    assert train(with_training(moved, epochs=4), output="run", resume="last").epochs == 4


def test_a_finished_run_can_be_extended(moons: Config) -> None:
    train(with_training(moons, epochs=5), output="straight")
    train(moons, output="extended")
    result = train(with_training(moons, epochs=5), output="extended", resume="last")
    assert result.epochs == 5
    assert arrays(Path("extended/last.npz")) == arrays(Path("straight/last.npz"))
    assert rows(Path("extended")) == rows(Path("straight"))


def test_a_run_is_not_resumed_to_end_before_it_stands(moons: Config) -> None:
    train(moons, output="run", interrupted=after(7))
    with pytest.raises(CheckpointError, match=r"is of epoch 2, and training\.epochs is 1: give 2 or more"):
        train(with_training(moons, epochs=1), output="run", resume="last")


def put(content: bytes, path: Path) -> None:
    path.unlink()  # it may be a second name of last.npz
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (Path.unlink, "is missing"),
        (lambda path: put(b"no zip", path), "is damaged"),
        (lambda path: put(Path("other/best.npz").read_bytes(), path), "is of another run"),
    ],
)
def test_a_best_checkpoint_that_is_lost_is_said(moons: Config, change: Callable[[Path], object], what: str) -> None:
    train(replace(moons, seed=1), output="other")
    best = train(moons, output="run").best
    assert best is not None
    events: list[Event] = []
    train(with_training(moons, epochs=4), output="run", resume="last", on_event=events.append)
    assert [event.warnings for event in events if isinstance(event, Started)] == [()]
    train(with_training(moons, epochs=5), output="run", resume="last", interrupted=after(2))
    change(Path("run/best.npz"))
    train(with_training(moons, epochs=5), output="run", resume="last", on_event=events.append)
    ((warning,),) = [event.warnings for event in events if isinstance(event, Started)][1:]
    assert warning.startswith(f"run/best.npz {what}: the best weights, of epoch ")


@pytest.mark.parametrize(("setting", "said"), [("auto", True), (1, False), (2, False)])
def test_a_second_thread_is_named_where_auto_took_one_and_it_may_gain(
    moons: Config, monkeypatch: pytest.MonkeyPatch, setting: int | Literal["auto"], said: bool
) -> None:
    monkeypatch.setattr(
        "bpcli.api.train.second_may_gain", lambda widths, batch_size: (widths, batch_size) == ((2, 6, 2), 8)
    )
    events: list[Event] = []
    train(replace(moons, threads=setting), output="run", on_event=events.append)
    (started,) = (event for event in events if isinstance(event, Started))
    assert started.second_thread == said
    assert started.threads == (2 if setting == 2 else 1)


def test_a_run_that_goes_on_is_not_told_of_a_second_thread_which_would_change_its_bits(
    moons: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bpcli.api.train.second_may_gain", lambda widths, batch_size: True)
    events: list[Event] = []
    train(moons, output="run", on_event=events.append)
    train(with_training(moons, epochs=4), output="run", resume="last", on_event=events.append)
    assert [event.second_thread for event in events if isinstance(event, Started)] == [True, False]


def test_a_run_whose_auto_took_two_threads_goes_on_with_one_and_is_told_how_to_have_two(moons: Config) -> None:
    """As version 0.2.0 chose them."""
    train(replace(moons, threads=2), output="run")
    events: list[Event] = []
    train(with_training(moons, epochs=4), output="run", resume="last", on_event=events.append)
    (warnings,) = (event.warnings for event in events if isinstance(event, Started))
    assert warnings == (
        "the bits may differ from an uninterrupted run: threads was 2 and is 1 (threads=2 would keep it)",
    )


def test_the_best_checkpoint_is_made_again_where_the_last_is_the_best(moons: Config) -> None:
    """A power cut may leave the new last.npz with an old best.npz or none: both are renamed, and then flushed."""
    train(moons, output="straight")
    best = load_checkpoint("straight/best.npz").counters.epoch
    train(with_training(moons, epochs=best), output="run")
    Path("run/best.npz").unlink()
    train(moons, output="run", resume="last")
    assert differences(Path("run"), Path("straight")) == []


def test_a_last_checkpoint_that_is_damaged_points_at_the_best(moons: Config) -> None:
    train(moons, output="run")
    Path("run/last.npz").unlink()
    Path("run/last.npz").touch()
    with pytest.raises(CheckpointError, match=r"is damaged: it is empty; run/best.npz is whole: --resume best"):
        train(moons, output="run", resume="auto")
    Path("run/best.npz").unlink()
    with pytest.raises(CheckpointError, match=r"it is empty$"):
        train(moons, output="run", resume="auto")


@pytest.mark.parametrize("written", ["", "epo", "epoch,step,learning_rate", "epoch,step,learning_rate,train_loss\n"])
def test_a_log_that_was_cut_off_at_its_beginning_is_begun_again(moons: Config, written: str) -> None:
    Path("run").mkdir()
    Path("run/log.csv").write_text(written)
    assert train(moons, output="run").status == "completed"


@pytest.mark.parametrize("name", ["config.yaml", "log.csv"])
def test_files_that_no_run_has_written_are_not_written_over(moons: Config, name: str) -> None:
    Path("mine").mkdir()
    Path("mine", name).write_text("# three weeks of notes\ndata: xor\n")
    for resume in (None, "auto"):
        with pytest.raises(CheckpointError, match=f"mine/{name} is not of a run of bpcli, and would be overwritten"):
            train(moons, output="mine", resume=resume)
    assert Path("mine", name).read_text() == "# three weeks of notes\ndata: xor\n"


def test_a_run_that_left_no_checkpoint_may_be_begun_again(moons: Config) -> None:
    diverging = replace(moons, optimizer=SGD(learning_rate=1e30))
    assert train(diverging, output="run").status == "diverged"
    assert {path.name for path in Path("run").iterdir()} == {".lock", "config.yaml", "log.csv"}
    assert train(moons, output="run").status == "completed"


def test_auto_goes_back_into_the_folder_of_a_run_killed_before_its_first_checkpoint(moons: Config) -> None:
    diverging = replace(moons, optimizer=SGD(learning_rate=1e30))
    for _ in range(2):
        assert train(diverging, resume="auto").run == Path("runs/moons")
    assert train(moons, resume="auto").run == Path("runs/moons-2")
    assert train(diverging).run == Path("runs/moons-3")
    Path("runs/moons-4").mkdir()
    assert train(replace(moons, seed=3), resume=None).run == Path("runs/moons-5")


def test_resuming_a_finished_run_changes_nothing_and_says_so(moons: Config) -> None:
    first = train(moons, output="run")
    before = arrays(Path("run/last.npz")), rows(Path("run"))
    again = train(moons, output="run", resume="last")
    assert (again.status, again.final, again.best) == (first.status, first.final, first.best)
    assert (arrays(Path("run/last.npz")), rows(Path("run"))) == before


def test_resuming_from_the_best_drops_what_came_after(moons: Config) -> None:
    long = replace(with_training(moons, epochs=8), optimizer=SGD(learning_rate=8.0, momentum=0.9))
    first = train(long, output="run")
    assert first.best is not None
    assert first.best.epoch < 8, "the test needs a run that gets worse"
    straight = arrays(Path("run/last.npz"))
    seen: list[Started] = []
    train(long, output="run", resume="best", on_event=lambda e: seen.append(e) if isinstance(e, Started) else None)
    assert seen[0].epoch == first.best.epoch
    assert arrays(Path("run/last.npz")) == straight


def test_auto_starts_afresh_where_there_is_nothing(moons: Config) -> None:
    assert train(moons, resume="auto").epochs == 3
    assert train(with_training(moons, epochs=4), resume="auto").run == Path("runs/moons")


def test_resume_refuses_another_network_and_says_what_differs(moons: Config) -> None:
    train(moons, output="run")
    other = replace(moons, optimizer=replace(moons.optimizer, momentum=0.5))
    with pytest.raises(CheckpointError, match=r"optimizer\.momentum was 0\.9 and is 0\.5; on resume only"):
        train(other, output="run", resume="last")
    assert train(moons, output="run", resume="last").status == "completed", "a refusal must not keep the lock"


def test_the_folder_is_locked_before_its_checkpoint_is_read(moons: Config) -> None:
    train(moons, output="run")
    Path("run/last.npz").write_bytes(b"being written")
    with RunFolder(Path("run")), pytest.raises(CheckpointError, match="run is in use by process"):
        train(moons, output="run", resume="last")


def test_a_dry_run_writes_nothing(moons: Config, tmp_path: Path) -> None:
    result = train(moons, dry_run=True)
    assert (result.status, result.run) == ("dry_run", None)
    assert not list(tmp_path.iterdir())


REQUIRED = ["test_loss<9", "validation_accuracy>=0", "train_roc_auc>=0"]


def best_before_the_end(config: Config) -> Config:
    """A training that was best at another epoch than its last."""
    return replace(
        with_training(config, epochs=6),
        optimizer=SGD(learning_rate=0.9, momentum=0.9),
        checkpoint=Checkpoint(monitor="train_loss", mode="max"),
    )


@pytest.mark.parametrize("average", [None, MovingAverage(decay=0.7)])
@pytest.mark.parametrize("normalization", [None, BatchNorm()])
def test_what_is_required_is_measured_of_the_best_checkpoint_to_the_digit_as_eval_does(
    moons: Config, average: MovingAverage | None, normalization: BatchNorm | None
) -> None:
    layers = (Dense(units=6, normalization=normalization), Dense(units=2))
    config = replace(best_before_the_end(moons), average=average, model=Model(layers=layers), threads=2)
    result = train(config, output="run", require=REQUIRED)
    assert result.best is not None
    assert result.best.epoch < result.epochs
    for checked in result.requirements:
        split, _, metric = checked.requirement.name.partition("_")
        best, last = (evaluate(f"run/{name}.npz", split=split) for name in ("best", "last"))
        values = [{"loss": found.loss, **found.metrics}[metric] for found in (best, last)]
        assert [checked.value, checked.last_value] == values
        assert result.final[checked.requirement.name] == values[1], "final stays the last epoch"
        assert (checked.checkpoint, checked.epoch) == (Path("run/best.npz"), result.best.epoch)
    assert result.requirements[0].value != result.requirements[0].last_value


def test_the_result_holds_the_final_weights_after_the_best_were_measured(moons: Config) -> None:
    result = train(best_before_the_end(moons), output="run", require=REQUIRED)
    assert result.experiment is not None
    weights = result.experiment.objective.network.parameters.views["layers.0.W"]
    assert weights.tobytes() == load_checkpoint("run/last.npz").arrays["layers.0.W"].tobytes()


def test_where_best_and_last_differ_the_best_decides_and_both_are_said(moons: Config) -> None:
    first = train(best_before_the_end(moons), output="run", require=REQUIRED).requirements[0]
    assert first.value is not None
    assert first.last_value is not None
    between = (first.value + first.last_value) / 2
    passes, fails = ("<", ">") if first.value < first.last_value else (">", "<")
    result = train(best_before_the_end(moons), output="again", require=[f"test_loss{passes}{between}"])
    assert not result.unmet
    assert f"in again/best.npz of epoch {first.epoch}; the last epoch, 6, has " in str(result.requirements[0])
    assert str(result.requirements[0]).endswith(" and does not")
    result = train(best_before_the_end(moons), output="third", require=[f"test_loss{fails}{between}"])
    assert str(result.unmet[0]).endswith(" and meets it")


def test_the_best_that_is_the_last_is_measured_once_and_said_so(moons: Config) -> None:
    result = train(replace(moons, checkpoint=Checkpoint(monitor="train_loss")), output="run", require=["test_loss<9"])
    (checked,) = result.requirements
    assert result.best is not None
    assert result.best.epoch == result.epochs == checked.epoch
    assert checked.last_value is None
    assert checked.value == result.final["test_loss"] == evaluate("run/best.npz").loss


def test_without_a_best_checkpoint_the_last_is_what_is_required(moons: Config) -> None:
    train(best_before_the_end(moons), output="run")
    Path("run/best.npz").unlink()
    (checked,) = train(best_before_the_end(moons), output="run", resume="last", require=["test_loss<9"]).requirements
    assert (checked.checkpoint, checked.epoch) == (Path("run/last.npz"), 6)
    assert checked.value == evaluate("run/last.npz").loss


def test_requirements_of_a_run_that_was_interrupted_are_not_measured(moons: Config) -> None:
    result = train(moons, require=["test_loss<9"], interrupted=after(4))
    assert [checked.value for checked in result.unmet] == [None]
    assert result.to_dict()["requirements"][0] == {
        "name": "test_loss",
        "operator": "<",
        "bound": 9.0,
        "value": None,
        "met": False,
        "checkpoint": None,
        "epoch": None,
    }


def test_every_metric_can_be_required_whether_it_is_logged_or_not(moons: Config) -> None:
    result = train(moons, output="run", require=["test_macro_f1>=0.01", "train_roc_auc>1"])
    assert [str(checked.requirement) for checked in result.unmet] == ["train_roc_auc>1"]
    assert result.final["test_macro_f1"] == evaluate("run/last.npz").metrics["macro_f1"]
    assert "validation_macro_f1" not in rows(Path("run"))[0]


def test_a_metric_that_is_asked_for_or_monitored_is_a_column_and_changes_no_bit(moons: Config) -> None:
    train(moons, output="plain")
    monitored = Checkpoint(monitor="validation_mcc")
    result = train(replace(moons, metrics=("roc_auc",), checkpoint=monitored), output="run")
    found, plain = rows(Path("run")), rows(Path("plain"))
    added = {"validation_mcc", "validation_roc_auc"}
    assert found[0].keys() - plain[0].keys() == added
    assert [{key: value for key, value in row.items() if key not in added} for row in found] == plain
    assert arrays(Path("run/last.npz")) == arrays(Path("plain/last.npz"))
    assert result.best is not None
    assert result.best.value == max(float(row["validation_mcc"]) for row in found)
    assert evaluate("run/last.npz", split="validation").metrics["roc_auc"] == float(found[-1]["validation_roc_auc"])


def test_a_run_with_metrics_of_its_own_resumes_and_refuses_others(moons: Config) -> None:
    config = replace(moons, metrics=("macro_f1", "average_precision"))
    train(config, output="whole")
    train(config, output="run", interrupted=after(7))
    train(config, output="run", resume="last")
    assert rows(Path("run")) == rows(Path("whole"))
    with pytest.raises(CheckpointError, match="metrics"):
        train(moons, output="run", resume="last")


def test_an_impossible_requirement_is_refused_before_training(moons: Config, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no test_f1 to require"):
        train(moons, require=["test_f1>0.5"])
    assert not list(tmp_path.iterdir())


def test_divergence_keeps_the_last_finite_checkpoint(moons: Config) -> None:
    train(moons, output="run")
    wild = replace(with_training(moons, epochs=50), optimizer=SGD(learning_rate=1e20))
    with np.errstate(all="ignore"):
        result = train(wild, output="wild")
    assert result.status == "diverged"
    assert "not finite" in result.message
    assert not Path("wild/last.npz").exists()


def test_early_stopping_ends_a_run_and_a_resume_does_not_revive_it(moons: Config) -> None:
    config = replace(
        with_training(moons, epochs=400),
        early_stopping=EarlyStopping(patience=3),
        optimizer=SGD(learning_rate=1.0, momentum=0.9),
    )
    result = train(config, output="run")
    assert result.status == "stopped_early"
    assert train(config, output="run", resume="last").epochs == result.epochs


def test_every_steps_saves_within_an_epoch(moons: Config) -> None:
    config = replace(moons, checkpoint=Checkpoint(every_steps=2))
    saved: list[int] = []

    def look(event: object) -> None:
        if Path("run/last.npz").exists():
            step = load_checkpoint("run/last.npz").counters.step
            if step not in saved:
                saved.append(step)

    train(config, output="run", on_event=look)
    assert saved == [2, 4, 5, 6, 8, 10, 12, 14, 15]


def test_monitoring_what_is_not_measured_is_an_error_with_the_choice(moons: Config) -> None:
    config = replace(moons, checkpoint=Checkpoint(monitor="validation_f1"))
    with pytest.raises(
        ConfigError, match="no metric 'validation_f1' in this run; it has train_loss, train_accuracy, val"
    ):
        train(config)


def test_xor_is_solved(xor: Config) -> None:
    result = train(xor, require=["train_accuracy==1"])
    assert not result.unmet
    assert result.steps == 200
    assert [row["epoch"] for row in rows(Path("runs/xor"))] == ["50", "100", "150", "200"]


def test_the_seed_decides_the_bits(moons: Config) -> None:
    train(moons, output="a")
    train(moons, output="b")
    train(replace(moons, seed=1), output="c")
    assert arrays(Path("a/last.npz")) == arrays(Path("b/last.npz")) != arrays(Path("c/last.npz"))


def test_killed_before_its_first_last_checkpoint_a_run_goes_on_from_the_best(moons: Config) -> None:
    """best.npz is written first: a kill right after it must not leave a job that can neither start nor resume."""
    train(moons, output="straight")
    train(with_training(moons, epochs=1), output="killed")
    Path("killed/last.npz").unlink()
    train(moons, output="killed", resume="auto")
    assert arrays(Path("killed/last.npz")) == arrays(Path("straight/last.npz"))
    assert rows(Path("killed")) == rows(Path("straight"))


def test_a_metric_that_is_not_a_number_neither_stops_nor_spoils_a_run(moons: Config) -> None:
    """Of a single validation example there is no r2."""
    np.savez("one.npz", x=np.eye(12), y=np.arange(12.0))
    config = replace(
        moons,
        data=Npz(file="one.npz", validation_fraction=0.1, test_fraction=0.0, batch_size=4),
        model=Model(layers=(Dense(units=1),)),
        loss=MeanSquaredError(),
        optimizer=SGD(learning_rate=0.01),
    )
    assert np.isnan(train(config, output="run").final["validation_r2"])
    assert np.isnan(train(config, output="run", resume="last").final["validation_r2"])


def test_a_run_keeps_its_idea_of_what_is_best(moons: Config) -> None:
    train(moons, output="run")
    other = replace(moons, checkpoint=Checkpoint(monitor="validation_accuracy"))
    with pytest.raises(CheckpointError, match=r"checkpoint\.monitor was validation_loss and is validation_accuracy"):
        train(other, output="run", resume="last")


def test_a_refused_resume_changes_no_file(moons: Config) -> None:
    train(replace(moons, optimizer=SGD(learning_rate=8.0, momentum=0.9)), output="run")
    before = Path("run/last.npz").read_bytes()
    Path("run/log.csv").unlink()
    with pytest.raises(CheckpointError, match="cannot read"):
        train(replace(moons, optimizer=SGD(learning_rate=8.0, momentum=0.9)), output="run", resume="best")
    assert Path("run/last.npz").read_bytes() == before


def test_changed_data_are_not_trained_on(moons: Config) -> None:
    x = np.random.default_rng(0).standard_normal((40, 2))
    config = replace(moons, data=Npz(file="own.npz", scale="none", validation_fraction=0.25, batch_size=8))
    np.savez("own.npz", x=x, y=(x[:, 0] > 0).astype(int))
    train(config, output="run")
    np.savez("own.npz", x=x, y=(x[:, 0] < 0).astype(int))
    changed = replace(config, data=replace(config.data))
    with pytest.raises(CheckpointError, match="the data are not those it was trained on"):
        train(changed, output="run", resume="last")


def test_a_dry_run_of_a_resume_checks_the_checkpoint_and_reports_divergence(moons: Config) -> None:
    with pytest.raises(CheckpointError, match="to resume"):
        train(moons, dry_run=True, resume="last")
    train(moons, output="run")
    assert train(moons, dry_run=True, resume="run").status == "dry_run"
    np.savez("bad.npz", x=np.full((20, 2), 1e30), y=np.arange(20.0))
    wild = replace(
        moons, data=Npz(file="bad.npz", scale="none"), model=Model(layers=(Dense(units=1),)), loss=MeanSquaredError()
    )
    assert train(wild, dry_run=True).status == "diverged"


def test_a_schedule_with_an_end_goes_on_where_it_ended_if_its_length_is_stated(moons: Config) -> None:
    config = replace(moons, schedule=Cosine(minimum=0.1))
    train(config, output="run")
    longer = with_training(config, epochs=5)
    with pytest.raises(CheckpointError, match=r"length was 3 and is 5; schedule.length=3 goes on"):
        train(longer, output="run", resume="last")
    stated = replace(longer, schedule=Cosine(minimum=0.1, length=3))
    assert train(stated, output="run", resume="last").epochs == 5
    assert [float(row["learning_rate"]) for row in rows(Path("run"))][-2:] == pytest.approx([0.02, 0.02])


@pytest.mark.parametrize("schedule", [Cosine(), Polynomial()])
def test_a_schedule_that_ended_at_0_is_not_advised_to_go_on(moons: Config, schedule: Cosine | Polynomial) -> None:
    config = replace(moons, schedule=schedule)
    train(config, output="run")
    longer = with_training(config, epochs=5)
    with pytest.raises(CheckpointError, match=r"ends at a learning rate of 0, where .* --from run.last.npz"):
        train(longer, output="run", resume="last")
    stated = replace(longer, schedule=replace(schedule, length=3))
    assert any("a learning rate of 0, where nothing more is learned: --from" in warning for warning in told(stated))
    assert train(longer, output="new", start_from="run").epochs == 5
    assert not told(with_training(stated, epochs=5)), "a finished run has nothing more to learn"


def test_early_stopping_that_ends_a_run_again_is_said_with_the_patience_that_goes_on(moons: Config) -> None:
    config = replace(
        with_training(moons, epochs=20), early_stopping=EarlyStopping(patience=2, min_delta=100.0), optimizer=SGD()
    )
    stopped = train(config, output="run")
    assert (stopped.status, stopped.epochs) == ("stopped_early", 3)
    (warning,) = told(config)
    assert warning == (
        "early stopping has ended this run after epoch 3, and does so again: early_stopping.patience=4 goes on"
    )
    patient = replace(config, early_stopping=EarlyStopping(patience=4, min_delta=100.0))
    assert not told(patient)
    assert rows(Path("run"))[-1]["epoch"] == "5"


def told(config: Config) -> tuple[str, ...]:
    """The warnings of a resume of `run`, but for those of threads and bits."""
    warnings: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, Started):
            warnings.extend(event.warnings)

    train(config, output="run", resume="last", on_event=listen)
    return tuple(warning for warning in warnings if "learned" in warning or "early" in warning)


def test_extended_it_is_the_longer_run_whatever_its_old_end_has_seen(moons: Config) -> None:
    """With evaluate_every 2, five epochs are evaluated at their end, and of eleven the fifth is not."""
    plateau = Plateau(patience=0, min_delta=1.0, drop=0.5)
    config = replace(moons, schedule=plateau, training=Training(epochs=11, evaluate_every=2))
    train(config, output="straight")
    train(replace(config, training=Training(epochs=5, evaluate_every=2)), output="extended")
    train(config, output="extended", resume="last")
    assert arrays(Path("straight/last.npz")) == arrays(Path("extended/last.npz"))


def test_how_often_to_evaluate_decides_what_is_learnt_and_stays(moons: Config) -> None:
    train(moons, output="run")
    with pytest.raises(CheckpointError, match=r"training\.evaluate_every was 1 and is 2"):
        train(replace(moons, training=Training(epochs=9, evaluate_every=2)), output="run", resume="last")


def test_patience_waits_for_a_metric_to_be_defined(moons: Config) -> None:
    """r2 of a single class of targets, or a ranking of none, is undefined: that is no lack of improvement."""
    patience = EarlyStopping(monitor="validation_loss", patience=1)
    config = replace(moons, early_stopping=patience, training=Training(epochs=6))
    _, experiment = build(config)
    counters = experiment.start().counters
    for _ in range(3):
        _observe(experiment, counters, {"train_loss": 1.0, "validation_loss": math.nan})
    assert counters.patience_wait == 0
    _observe(experiment, counters, {"train_loss": 1.0, "validation_loss": 1.0})
    _observe(experiment, counters, {"train_loss": 1.0, "validation_loss": math.nan})
    assert counters.patience_wait == 1
