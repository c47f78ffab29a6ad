"""What every source has in common: those of the union, without a list that somebody keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from bpcli.data.dataset import DataInfo
from bpcli.data.sources import AnySource, Iris, Mnist, Stream
from bpcli.data.sources.base import Source
from bpcli.data.sources.csv_table import Csv
from bpcli.data.sources.inline import Inline
from bpcli.data.sources.mnist import ImageSource
from bpcli.data.sources.npz_arrays import Npz
from bpcli.errors import DataError

Publish = Callable[..., None]

every_source = pytest.mark.parametrize("member", get_args(AnySource), ids=lambda member: member.__name__)


@pytest.fixture
def make(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., Source]:
    """Make a source with its defaults, on data that are there."""
    csv, npz = tmp_path / "t.csv", tmp_path / "t.npz"
    csv.write_text("a,b,kind\n" + "".join(f"{i},{i * i},{i % 2}\n" for i in range(20)))
    np.savez(npz, x_train=np.arange(40.0).reshape(20, 2), y_train=np.arange(20) % 3)
    needed: dict[type, dict[str, object]] = {
        Csv: {"file": str(csv)},
        Npz: {"file": str(npz)},
        Inline: {"inputs": tuple((float(i), 0.0) for i in range(10)), "targets": tuple(i % 2 for i in range(10))},
        Stream: {"file": str(csv), "classes": (0, 1)},
    }

    def made(member: type[Source], **keys: object) -> Source:
        if issubclass(member, ImageSource):
            files = request.getfixturevalue("tiny")
            request.getfixturevalue("publish")(files)
            keys |= {"files": str(files), "cache_dir": str(tmp_path / "cache")}
        return member(**{**needed.get(member, {}), **keys})  # type: ignore[arg-type]

    return made


@every_source
def test_what_it_says_without_loading_is_what_it_loads(make: Callable[..., Source], member: type[Source]) -> None:
    source = make(member)
    if isinstance(source, Stream):
        assert len(list(source.rows())) == 20
        with pytest.raises(DataError, match="a stream is read once and has no splits"):
            source.load(0)
        return
    info, data = source.info(), source.load(0)
    assert data.info == info
    for examples in data.splits.values():
        x, y = next(examples.blocks()), examples.targets
        assert x.shape[1:] == (info.features,)
        assert np.isfinite(x).all()
        if info.classes:
            assert (y.dtype, y.shape) == (np.intp, (len(examples),))
            assert set(y.tolist()) <= set(range(info.classes))
        else:
            assert (y.dtype, y.shape) == (np.float64, (len(examples), info.targets))


@every_source
def test_loading_is_a_pure_function_of_the_section_and_the_seed(
    make: Callable[..., Source], member: type[Source]
) -> None:
    if member is Stream:
        return
    first, second = (make(member, validation_fraction=0.25).load(3) for _ in range(2))
    assert first.splits.keys() == second.splits.keys() >= {"train", "validation"}
    for name, examples in first.splits.items():
        again = second.split(name)
        np.testing.assert_array_equal(examples.targets, again.targets)
        np.testing.assert_array_equal(next(examples.blocks()), next(again.blocks()))


@every_source
def test_with_target_input_the_targets_are_as_many_as_the_features_and_no_classes(
    make: Callable[..., Source], member: type[Source]
) -> None:
    source = make(member, target="input", **({"classes": None} if member is Stream else {}))
    info = source.info()
    assert (info.class_names, info.targets) == ((), info.features)
    assert info.image_shape == make(member).info().image_shape
    if member is not Stream:
        assert source.load(0).info == info


@every_source
def test_its_name_is_where_its_description_begins(member: type[Source]) -> None:
    assert (member.__doc__ or "").startswith(f"{member.name}: ")


def test_an_image_set_says_so_without_its_files() -> None:
    assert Mnist(target="input").info() == DataInfo(features=784, targets=784, image_shape=(28, 28))


def test_splits_of_an_autoencoder_are_those_of_the_labelled_data() -> None:
    plain, own = (Iris(validation_fraction=0.2, target=target).load(3) for target in (None, "input"))
    for split in ("train", "validation", "test"):
        assert plain.split(split).rows.tolist() == own.split(split).rows.tolist()  # type: ignore[union-attr]
