"""What every source has in common."""

from __future__ import annotations

import pytest

from bpcli.data.dataset import DataInfo
from bpcli.data.inline import Inline
from bpcli.data.source import Source
from bpcli.data.sources import Digits, Iris, Mnist, Moons, Xor


@pytest.mark.parametrize(
    "source",
    [
        Xor(target="input"),
        Moons(target="input", samples=20),
        Iris(target="input"),
        Digits(target="input"),
        Inline(inputs=((0.0, 1.0), (1.0, 0.0)), targets=(0, 1), target="input"),
    ],
    ids=lambda source: source.name,
)
def test_with_target_input_the_targets_are_as_many_as_the_features_and_no_classes(source: Source) -> None:
    info = source.info()
    assert (info.class_names, info.targets) == ((), info.features)
    assert source.load(0).info == info
    assert info.image_shape == ((8, 8) if source.name == "digits" else None)


def test_an_image_set_says_so_without_its_files() -> None:
    assert Mnist(target="input").info() == DataInfo(features=784, targets=784, image_shape=(28, 28))


def test_splits_of_an_autoencoder_are_those_of_the_labelled_data() -> None:
    plain, own = (Iris(validation_fraction=0.2, target=target).load(3) for target in (None, "input"))
    for split in ("train", "validation", "test"):
        assert plain.split(split).rows.tolist() == own.split(split).rows.tolist()  # type: ignore[union-attr]
