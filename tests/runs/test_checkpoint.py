"""A checkpoint holds all that is needed to go on, and one that does not fit is refused by name."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.rows import LearnedRows
from bpcli.errors import CheckpointError, DivergedError
from bpcli.optim.rmsprop import RMSProp
from bpcli.optim.sgd import SGD
from bpcli.runs import npz
from bpcli.runs.checkpoint import kept_slots, load_checkpoint, pack_checkpoint, restore
from bpcli.training.events import Origin, StepDone
from bpcli.training.loop import train
from bpcli.training.state import Counters, State
from tests.training.conftest import MakeExperiment, file_of

CONFIG = {"name": "small", "seed": 0}
FINGERPRINT = {"numpy": "2", "threads": 1}


@pytest.fixture
def saved(experiment: MakeExperiment, tmp_path: Path) -> tuple[Path, State, np.ndarray]:
    """A checkpoint of step 7 of a training, with its state and weights."""
    setup = experiment()
    state = setup.start()
    for event in train(setup, state):
        if isinstance(event, StepDone) and event.step == 7:
            break
    path = tmp_path / "last.npz"
    path.write_bytes(file_of(pack_checkpoint(setup, state, config=CONFIG, fingerprint=FINGERPRINT)))
    return path, state, setup.objective.network.parameters.theta.copy()


def test_what_was_saved_is_restored_bit_for_bit(
    saved: tuple[Path, State, np.ndarray], experiment: MakeExperiment
) -> None:
    path, state, theta = saved
    other = experiment(seed=5)
    restored = restore(load_checkpoint(path), other)
    assert other.objective.network.parameters.theta.tobytes() == theta.tobytes()
    assert restored.slots["velocity"].tobytes() == state.slots["velocity"].tobytes()
    assert restored.counters == state.counters
    assert restored.counters.step == 7


def test_parameters_slots_and_scaling_stand_under_their_names(saved: tuple[Path, State, np.ndarray]) -> None:
    with np.load(saved[0], allow_pickle=False) as file:
        assert set(file.files) == {
            "header.json",
            *(f"layers.{i}.{name}" for i in range(3) for name in "Wb"),
            *(f"optimizer.velocity.layers.{i}.{name}" for i in range(3) for name in "Wb"),
            "scaler.shift",
            "scaler.factor",
        }
        assert file["layers.1.W"].shape == (5, 4)
        header = json.loads(file["header.json"])
    assert header["format_version"] == npz.FORMAT_VERSION
    assert (header["config"], header["fingerprint"]) == (CONFIG, FINGERPRINT)
    assert header["data"]["class_names"] == ["a", "b", "c"]


def test_only_what_the_network_holds_is_among_its_tensors(saved: tuple[Path, State, np.ndarray]) -> None:
    header, arrays = npz.unpack(saved[0])
    saved[0].write_bytes(file_of(npz.pack(header, {**arrays, "data.rows": np.arange(3, dtype=np.uint64)})))
    assert set(load_checkpoint(saved[0]).tensors) == {f"layers.{i}.{name}" for i in range(3) for name in "Wb"}


def test_saving_twice_gives_the_same_bytes(saved: tuple[Path, State, np.ndarray], experiment: MakeExperiment) -> None:
    setup = experiment()
    state = restore(load_checkpoint(saved[0]), setup)
    assert file_of(pack_checkpoint(setup, state, config=CONFIG, fingerprint=FINGERPRINT)) == saved[0].read_bytes()


def rewritten(path: Path, **changes: object) -> None:
    """Change the header of a checkpoint, with digests that are right; None leaves a key out."""
    header, arrays = npz.unpack(path)
    header = {key: value for key, value in {**header, **changes}.items() if value is not None}
    path.write_bytes(file_of(npz.pack(header, arrays)))


def test_it_says_where_it_is_and_where_its_run_began(experiment: MakeExperiment, tmp_path: Path) -> None:
    trained = experiment()
    origin = Origin("other/best.npz", 7)
    path = tmp_path / "last.npz"
    path.write_bytes(file_of(pack_checkpoint(trained, trained.start(), config={}, fingerprint={}, origin=origin)))
    saved = load_checkpoint(path)
    assert (saved.path, saved.origin) == (path, origin)
    assert kept_slots(saved) == {"velocity"}


def test_of_which_kind_the_other_is_is_said(saved: tuple[Path, State, np.ndarray], experiment: MakeExperiment) -> None:
    with pytest.raises(CheckpointError, match=r"is of another optimizer: optimizer.mean_square.layers.0.W is missing"):
        restore(load_checkpoint(saved[0]), experiment(optimizer=RMSProp()))
    narrower = load_checkpoint(saved[0])
    narrower.arrays["layers.0.W"] = narrower.arrays["layers.0.W"][:3]
    with pytest.raises(CheckpointError, match=r"is of another network: layers.0.W has shape \(3, 5\), not \(4, 5\)"):
        restore(narrower, experiment())


def test_what_is_not_finite_is_not_packed(experiment: MakeExperiment) -> None:
    trained = experiment(optimizer=SGD(momentum=0.9))
    state = trained.start()
    state.slots["velocity"][0] = np.inf
    with pytest.raises(DivergedError, match=r"at step 0: optimizer.velocity.layers.0.W is not finite"):
        pack_checkpoint(trained, state, config={}, fingerprint={})


def test_a_metric_that_is_undefined_stays_so(saved: tuple[Path, State, np.ndarray]) -> None:
    counters = Counters(metrics={"train_loss": 1.0, "validation_r2": math.nan}, sums={"a": math.inf})
    again = Counters.from_dict(json.loads(json.dumps(counters.to_dict(), allow_nan=False)))
    assert again.metrics["train_loss"] == 1.0
    assert math.isnan(again.metrics["validation_r2"])
    assert math.isnan(again.sums["a"])


def test_a_future_format_is_refused_with_what_to_do(saved: tuple[Path, State, np.ndarray]) -> None:
    rewritten(saved[0], format_version=99)
    with pytest.raises(CheckpointError, match="has format version 99, and this bpcli reads 1 to 3: use"):
        load_checkpoint(saved[0])


@pytest.mark.parametrize("key", ["config", "counters", "data", "fingerprint"])
@pytest.mark.parametrize("value", [None, 3, ["x"]])
def test_a_header_that_lacks_something_is_refused(
    saved: tuple[Path, State, np.ndarray], key: str, value: object
) -> None:
    rewritten(saved[0], **{key: value})
    with pytest.raises(CheckpointError, match=r"last\.npz is not a whole bpcli checkpoint"):
        load_checkpoint(saved[0])


def test_other_arrays_than_the_network_has_are_refused(
    saved: tuple[Path, State, np.ndarray], experiment: MakeExperiment
) -> None:
    header, arrays = npz.unpack(saved[0])
    arrays["layers.1.W"] = arrays["layers.1.W"][:, :2]
    saved[0].write_bytes(file_of(npz.pack(header, arrays)))
    with pytest.raises(CheckpointError, match=r"layers\.1\.W has shape \(5, 2\), not \(5, 4\)"):
        restore(load_checkpoint(saved[0]), experiment())
    del arrays["layers.1.W"]
    saved[0].write_bytes(file_of(npz.pack(header, arrays)))
    with pytest.raises(CheckpointError, match=r"layers\.1\.W is missing"):
        restore(load_checkpoint(saved[0]), experiment())


@pytest.mark.parametrize(
    ("counter", "value"),
    [
        ("epoch", "3"),
        ("batch", -3),
        ("step", 1.5),
        ("seconds", "a"),
        ("metrics", [1]),
        ("best", {"epoch": 1, "value": "x"}),
        ("best", {"epoch": 1, "value": 1.0, "more": 1}),
        ("patience_best", "x"),
        ("sums", {"a": True}),
        ("plateau", {"best": None}),
        ("step", 10**30),
        ("seconds", 10**400),
    ],
)
def test_a_counter_that_counts_nothing_is_refused(
    saved: tuple[Path, State, np.ndarray], counter: str, value: object
) -> None:
    header, _ = npz.unpack(saved[0])
    rewritten(saved[0], counters={**header["counters"], counter: value})
    with pytest.raises(CheckpointError, match=r"last\.npz is not a whole bpcli checkpoint"):
        load_checkpoint(saved[0])


@pytest.mark.parametrize(
    ("section", "value"),
    [
        ("data", {"features": "4"}),
        ("data", {"features": -4}),
        ("data", {"class_names": "abc"}),
        ("data", {"class_names": [1, 2, 3]}),
        ("data", {"target_classes": [["a"], "b"]}),
        ("data", {"image_shape": [2]}),
        ("data", {"has_validation": 1}),
        ("data", {"more": 1}),
        ("fingerprint", {"threads": 1.5}),
        ("fingerprint", {"numpy": ["2"]}),
    ],
)
def test_what_is_not_of_its_type_is_refused(
    saved: tuple[Path, State, np.ndarray], section: str, value: dict[str, object]
) -> None:
    header, _ = npz.unpack(saved[0])
    rewritten(saved[0], **{section: {**header[section], **value}})
    with pytest.raises(CheckpointError, match=rf"last\.npz is not a whole bpcli checkpoint: {section}.* is missing or"):
        load_checkpoint(saved[0])


@pytest.mark.parametrize(
    ("key", "value"),
    [("data_sha256", 3), ("from", "other.npz"), ("from", {"checkpoint": 3, "step": 0}), ("from", {"step": 0})],
)
def test_an_origin_or_digest_that_is_none_is_refused(
    saved: tuple[Path, State, np.ndarray], key: str, value: object
) -> None:
    rewritten(saved[0], **{key: value})
    with pytest.raises(CheckpointError, match=f"{key}.* is missing or wrong"):
        load_checkpoint(saved[0])


@pytest.mark.parametrize("version", [True, 1.0, "1", "x" * 10_000, [1]])
def test_a_format_version_that_is_no_number_is_refused_in_few_words(
    saved: tuple[Path, State, np.ndarray], version: object
) -> None:
    rewritten(saved[0], format_version=version)
    with pytest.raises(CheckpointError, match=r"has format version .{1,20}, and this bpcli reads 1 to 3: use"):
        load_checkpoint(saved[0])


@pytest.mark.parametrize("many", [False, True])
def test_the_rows_learned_from_are_kept_beside_the_arrays(
    experiment: MakeExperiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    monkeypatch.setattr("bpcli.data.rows.MOST_HASHES", 2 if many else 100)
    rows = LearnedRows.of(np.array([7, 2**64 - 1, 3], np.uint64))
    trained = experiment()
    path = tmp_path / "last.npz"
    path.write_bytes(file_of(pack_checkpoint(trained, trained.start(), config={}, fingerprint={}, rows=rows)))
    saved = load_checkpoint(path)
    assert saved.rows is not None
    assert (saved.rows.is_bloom, saved.rows.words.tobytes()) == (many, rows.words.tobytes())
    assert not [name for name in saved.arrays if name.startswith("rows")]
    with np.load(path, allow_pickle=False) as plain:
        assert plain["rows.filter" if many else "rows.hashes"].dtype == np.uint64


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("rows.hashes", np.zeros(3)),
        ("rows.hashes", np.zeros((2, 2), np.uint64)),
        ("rows.filter", np.zeros(3, np.uint64)),
    ],
)
def test_learned_rows_that_are_none_are_refused(
    saved: tuple[Path, State, np.ndarray], name: str, array: np.ndarray
) -> None:
    header, arrays = npz.unpack(saved[0])
    saved[0].write_bytes(file_of(npz.pack(header, {**arrays, name: array})))
    with pytest.raises(CheckpointError, match=r"last\.npz is not a whole bpcli checkpoint: the learned rows"):
        load_checkpoint(saved[0])
