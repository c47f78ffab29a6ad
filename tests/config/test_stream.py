"""What a stream's config must not ask for, each said where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpcli.config.load import load_config
from bpcli.config.sections import Config
from bpcli.errors import ConfigError
from bpcli.experiment.resolve import resolve

CONFIG = "data: {name: stream, file: rows.csv, target: y, classes: [a, b]}\nmodel: {layers: [4, 2]}\n"


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text(CONFIG)
    Path("rows.csv").write_text("x,y\n1,a\n")


def resolved(*overrides: str) -> Config:
    config = load_config("c.yaml", overrides)
    return resolve(config, config.data.info())


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("data.validation_fraction=0.2", "a stream has no splits"),
        ("data.shuffle=true", "learnt from in the order in which they arrive: leave it out"),
        ("data.scale=standard", "a run --from a checkpoint has its scaling: leave it out"),
        ("data.sampling=over", "each class as often as it comes: leave it out"),
        ("data.augmentation={noise: 0.1}", "learnt from as they arrive: leave it out"),
        ("data.target=input", "the targets are the inputs: leave it out"),
        ("data={name: stream, file: r, batch_size: 3, window: 2}", "the window must hold the 3 new rows of an update"),
        ("data.batch_size=full", "data.batch_size must be a whole number greater than 0, not 'full'"),
        ("schedule=cosine", "cosine needs a length, and nobody knows that of a stream: give it, in epochs"),
        ("optimizer=lbfgs", "lbfgs needs all examples at once, which a stream never has: choose another"),
        ("training.evaluate_every=2", "a stream has a row of the log every data.epoch_size rows: set that"),
        ("loss={name: cross_entropy, class_weights: balanced}", "does not say beforehand how frequent its classes are"),
        ("model.normalization=batch_norm", "batch_norm needs batches of 2 examples or more"),
        ("checkpoint.monitor=train_loss", "it has prequential_loss, prequential_accuracy"),
    ],
)
def test_what_a_stream_cannot_do_is_refused(override: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolved(override)
    assert message in str(caught.value)


def test_a_window_makes_batch_normalisation_possible() -> None:
    load_config("c.yaml", ["model.normalization=batch_norm", "data.window=16"])


def test_the_epochs_of_a_stream_stay_open_and_its_own_loss_is_monitored() -> None:
    config = resolved()
    assert config.training.epochs is None
    assert (config.checkpoint.monitor, config.checkpoint.mode) == ("prequential_loss", "min")


def test_a_schedule_with_an_end_is_as_long_as_it_says_or_as_the_epochs_do() -> None:
    load_config("c.yaml", ["schedule={name: cosine, length: 40}"])
    load_config("c.yaml", ["schedule=cosine", "training.epochs=5"])


def test_other_data_have_ten_epochs_written_out() -> None:
    assert resolved("data=moons").training.epochs == 10


@pytest.mark.parametrize(("text", "delimiter"), [(r"\t", "\t"), ("|", "|")])
def test_a_tab_and_a_bar_need_no_quotes_on_the_command_line(text: str, delimiter: str) -> None:
    assert load_config("c.yaml", [f"data.delimiter={text}"]).data.delimiter == delimiter  # type: ignore[union-attr]


def test_standard_input_needs_no_quotes_on_the_command_line() -> None:
    assert load_config("c.yaml", ["data.file=-"]).data.file == "-"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("metrics=[mae]", "prequential_loss measures its rows before they are learnt from, so leave them out"),
        ("loss={name: weighted_sum, parts: [{name: a, loss: mse}, {name: b, loss: mse}]}", "a stream has one"),
    ],
)
def test_what_a_stream_does_not_have_is_said_as_it_is(change: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        resolved(change)
