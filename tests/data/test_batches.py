"""Mini-batches: every example once an epoch, in an order that (seed, epoch) decides."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpcli.data.augmentation.section import Augmentation
from bpcli.data.batches import Batches
from bpcli.data.dataset import Examples
from bpcli.data.scaling import fit_scaler
from bpcli.data.targets import encode_targets

ROWS = np.array([1, 2, 3, 5, 8, 9, 10, 11, 12, 13, 15])


def make(x: np.ndarray, *, batch_size: int = 4, shuffle: bool = True, scale: str = "none", seed: int = 0) -> Batches:
    examples = Examples(x, np.arange(len(x)), ROWS)
    return Batches(
        examples,
        encode=partial(encode_targets, encoding="index", classes=len(x), dtype=np.float32),
        scaler=fit_scaler(scale, examples, np.float32),  # type: ignore[arg-type]
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        dtype=np.float32,
    )


BYTES = (np.arange(32).reshape(16, 2) * 7).astype(np.uint8)
NUMBERS = np.random.default_rng(0).standard_normal((16, 2))


def taken(batches: Batches, epoch: int, skip: int = 0) -> list[list[int]]:
    """The labels, which here are the row numbers, of each batch."""
    return [T.tolist() for _, T in batches.epoch(epoch, skip=skip)]


@pytest.mark.parametrize("x", [BYTES, NUMBERS], ids=["bytes", "numbers"])
def test_an_epoch_is_every_row_of_the_split_once_with_a_short_last_batch(x: np.ndarray) -> None:
    batches = make(x)
    epoch = taken(batches, 0)
    assert [len(batch) for batch in epoch] == [4, 4, 3]
    assert len(batches) == 3
    assert sorted(chain(*epoch)) == ROWS.tolist()


@pytest.mark.parametrize("x", [BYTES, NUMBERS], ids=["bytes", "numbers"])
@pytest.mark.parametrize("scale", ["none", "unit", "standard"])
def test_inputs_belong_to_their_targets_and_are_scaled(x: np.ndarray, scale: str) -> None:
    batches = make(x, scale=scale)
    for X, T in batches.epoch(3):
        assert X.dtype == np.float32
        expected = (x[T] - batches.scaler.shift) * batches.scaler.factor
        np.testing.assert_allclose(X, expected, rtol=1e-6, atol=1e-6)


def test_the_order_is_a_pure_function_of_seed_and_epoch() -> None:
    batches = make(BYTES)
    first = taken(batches, 5)
    taken(batches, 6)
    assert taken(batches, 5) == first == taken(make(BYTES), 5)
    assert taken(batches, 6) != first
    assert taken(make(BYTES, seed=1), 5) != first


@pytest.mark.parametrize("skip", range(4))
def test_skipping_leaves_out_the_first_batches_and_changes_nothing_else(skip: int) -> None:
    batches = make(BYTES)
    assert taken(batches, 2, skip) == taken(batches, 2)[skip:]


def test_without_shuffling_the_order_is_that_of_the_data() -> None:
    assert list(chain(*taken(make(BYTES, shuffle=False), 9))) == ROWS.tolist()


@pytest.mark.parametrize("size", [len(ROWS), 1000])
def test_a_batch_of_everything_is_gathered_once_in_the_order_of_the_data(size: int) -> None:
    batches = make(NUMBERS, batch_size=size)
    assert taken(batches, 0) == taken(batches, 7) == [ROWS.tolist()]
    assert taken(batches, 0, skip=1) == []
    (first,), (second,) = batches.epoch(0), batches.epoch(1)
    assert first[0] is second[0]


def test_bytes_are_not_copied_for_the_whole_split() -> None:
    batches = make(BYTES)
    assert batches._inputs._x is BYTES
    assert batches._inputs._X is not None
    assert len(batches._inputs._X) < len(BYTES)


IMAGES = np.random.default_rng(1).integers(0, 256, (16, 20)).astype(np.uint8)
"""Of 4 x 5 pixels."""
LABELS = np.array([0, 1, 0, 0, 2, 0, 1, 0, 1, 0, 0, 0, 2, 0, 0, 1])
EVERYTHING = Augmentation(
    shift=1,
    rotation=20,
    scale=0.2,
    shear=10,
    elastic_alpha=4,
    elastic_sigma=2,
    horizontal_flip=0.5,
    cutout=2,
    noise=0.1,
    mixup=0.4,
)


def augmented(x: np.ndarray = IMAGES, augmentation: Augmentation | None = None, **options: Any) -> Batches:
    """Batches of `ROWS` with one-hot targets of `LABELS`."""
    examples = Examples(x, LABELS, ROWS)
    plain: dict[str, Any] = {
        "encode": partial(encode_targets, encoding="one_hot", classes=3, dtype=np.float32),
        "batch_size": 4,
        "shuffle": True,
        "seed": 0,
        "dtype": np.float32,
        "image_shape": (4, 5),
    }
    return Batches(
        examples,
        scaler=fit_scaler("unit", examples, np.float32),
        augmentation=augmentation,
        **(plain | options),
    )


def seen(batches: Batches, epoch: int = 0, skip: int = 0) -> list[tuple[bytes, bytes]]:
    """Inputs and targets of every example, in the order they come."""
    rows = []
    for X, T in batches.epoch(epoch, skip=skip):
        rows += [(x.tobytes(), t.tobytes()) for x, t in zip(X, T, strict=True)]
    return rows


@settings(max_examples=20)
@given(st.integers(1, 12), st.integers(0, 3))
def test_an_example_is_changed_alike_whatever_the_batch_size_order_and_skip(batch_size: int, epoch: int) -> None:
    reference = seen(augmented(augmentation=EVERYTHING, shuffle=False), epoch)
    batches = augmented(augmentation=EVERYTHING, batch_size=batch_size)
    assert sorted(seen(batches, epoch)) == sorted(reference)
    assert seen(batches, epoch, skip=1) == seen(batches, epoch)[batch_size:]


def test_every_epoch_and_every_seed_changes_examples_anew() -> None:
    seeds = [augmented(augmentation=EVERYTHING, seed=seed) for seed in (0, 1)]
    rows = [x for batches in seeds for epoch in range(3) for x, _ in seen(batches, epoch)]
    assert len(set(rows)) == len(rows) == 6 * 11


@pytest.mark.parametrize("x", [IMAGES, IMAGES / 7], ids=["bytes", "numbers"])
@pytest.mark.parametrize("batch_size", [4, 11])
def test_augmentation_of_no_strength_changes_no_bit(x: np.ndarray, batch_size: int) -> None:
    assert seen(augmented(x, Augmentation(), batch_size=batch_size)) == seen(augmented(x, batch_size=batch_size))


@pytest.mark.parametrize("key", ["shift", "rotation", "scale", "shear", "elastic_alpha", "horizontal_flip", "cutout"])
@given(strength=st.floats(0.01, 0.99))
@settings(max_examples=10)
def test_changes_of_images_keep_targets_and_the_range_of_pixels(key: str, strength: float) -> None:
    value = (
        strength if key in ("scale", "horizontal_flip") else 1 + int(2 * strength) if key == "cutout" else 4 * strength
    )
    before, after = augmented(), augmented(augmentation=Augmentation(**{key: value}))
    changed = 0
    for (X, T), (augmented_X, augmented_T) in zip(before.epoch(0), after.epoch(0), strict=True):
        assert augmented_T.tolist() == T.tolist()
        assert augmented_X.min() >= 0
        assert augmented_X.max() <= IMAGES[ROWS].max() / np.float32(255)
        changed += int((augmented_X != X).any())
    assert changed or key == "horizontal_flip"


@pytest.mark.parametrize("scale", ["unit", "standard"])
def test_raw_pixels_are_changed_and_then_scaled(scale: str) -> None:
    """So what comes in from outside is background, whatever that is after scaling."""
    bright = np.full((16, 20), 200, np.uint8)
    bright[0] = 0
    examples = Examples(bright, LABELS)
    scaler = fit_scaler(scale, examples, np.float32)  # type: ignore[arg-type]
    batches = Batches(
        examples,
        encode=None,
        scaler=scaler,
        batch_size=16,
        shuffle=False,
        seed=0,
        dtype=np.float32,
        augmentation=Augmentation(cutout=3),
        image_shape=(4, 5),
    )
    ((X, _),) = batches.epoch(0)
    background, foreground = (np.broadcast_to((v - scaler.shift) * scaler.factor, 20) for v in (0, 200))
    assert (np.isclose(X, background) | np.isclose(X, foreground)).all()
    assert np.isclose(X[1:], background).any(axis=1).all()


def test_noise_is_of_the_stated_size_after_scaling_on_any_data() -> None:
    examples = Examples(np.zeros((500, 40)), np.zeros(500, np.intp))
    options: dict[str, Any] = {"batch_size": "full", "shuffle": True, "seed": 0, "dtype": np.float32}
    scaler = fit_scaler("none", examples, np.float32)
    batches = Batches(examples, encode=None, scaler=scaler, augmentation=Augmentation(noise=0.5), **options)
    ((X, _),) = batches.epoch(0)
    assert X.std() == pytest.approx(0.5, rel=0.03)
    assert abs(X.mean()) < 0.02


def test_mixup_mixes_inputs_and_targets_of_two_examples_each_changed_as_itself_by_the_same_share() -> None:
    X, T = next(augmented(augmentation=Augmentation(rotation=30), batch_size=11, shuffle=False).epoch(0))
    both = Augmentation(rotation=30, mixup=1.0)
    mixed_X, mixed_T = next(augmented(augmentation=both, batch_size=11, shuffle=False).epoch(0))
    np.testing.assert_allclose(mixed_T.sum(axis=1), 1, rtol=1e-6)
    assert (mixed_T.max(axis=1) < 0.999).any()
    for n in range(11):
        fits = []
        for partner in range(11):
            share, *_ = np.linalg.lstsq((X[n] - X[partner])[:, np.newaxis], mixed_X[n] - X[partner])
            fits.append(
                np.allclose(share * X[n] + (1 - share) * X[partner], mixed_X[n], atol=1e-5)
                and np.allclose(share * T[n] + (1 - share) * T[partner], mixed_T[n], atol=1e-5)
            )
        assert any(fits)


def test_the_inputs_are_the_targets_where_nothing_encodes_them() -> None:
    for options in ({}, {"augmentation": Augmentation(rotation=20, noise=0.1)}):
        for X, T in augmented(encode=None, **options).epoch(0):
            assert T is X


@pytest.mark.parametrize(("sampling", "size"), [("over", 21), ("under", 3), ("balanced", 11)])
def test_a_sampled_epoch_has_as_many_batches_as_it_says(sampling: str, size: int) -> None:
    batches = augmented(sampling=sampling)
    assert len(seen(batches)) == size
    assert len(list(batches.epoch(0))) == len(batches) == -(-size // batches.batch_size)


def test_a_batch_of_everything_is_sampled_anew_every_epoch() -> None:
    batches = augmented(sampling="over", batch_size="full")
    assert (len(batches), batches.batch_size) == (1, 21)
    first = [T.sum(axis=0).tolist() for _, T in batches.epoch(0)]
    assert first == [[7, 7, 7]]
    assert seen(batches, 0) == seen(batches, 0)
    assert len({tuple(seen(batches, epoch)) for epoch in range(8)}) > 1


def test_an_example_that_repeats_is_changed_anew_each_time() -> None:
    rows = seen(augmented(sampling="over", augmentation=Augmentation(rotation=30)))
    assert len(set(rows)) == len(rows) == 21
