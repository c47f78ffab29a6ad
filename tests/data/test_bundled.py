"""scikit-learn's data sets, and one line where it is missing."""

import sys

import numpy as np
import pytest

from bpcli.data.bundled import BreastCancer, BundledSource, Diabetes, Digits, Iris, Wine
from bpcli.errors import DataError


@pytest.mark.parametrize(
    ("source", "examples", "features", "classes"),
    [(Iris(), 150, 4, 3), (Wine(), 178, 13, 3), (BreastCancer(), 569, 30, 2), (Digits(), 1797, 64, 10)],
)
def test_a_classified_set_comes_whole_and_split(
    source: BundledSource, examples: int, features: int, classes: int
) -> None:
    pytest.importorskip("sklearn", reason="needs scikit-learn: pip install scikit-learn")
    data = source.load(0)
    assert source.info() == data.info
    assert (data.info.features, data.info.classes) == (features, classes)
    assert data.train.x.shape == (examples, features)
    assert data.train.y.dtype == np.intp
    assert sum(map(len, data.splits.values())) == examples
    assert len(data.split("test")) == round(0.2 * examples)


def test_digits_are_images() -> None:
    pytest.importorskip("sklearn", reason="needs scikit-learn: pip install scikit-learn")
    assert Digits().info().image_shape == (8, 8)


def test_diabetes_is_a_regression() -> None:
    pytest.importorskip("sklearn", reason="needs scikit-learn: pip install scikit-learn")
    data = Diabetes().load(0)
    assert (data.info.classes, data.info.targets) == (0, 1)
    assert (data.train.y.shape, data.train.y.dtype) == ((442, 1), np.float64)


def test_one_line_says_how_to_get_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(DataError) as caught:
        Wine().load(0)
    assert str(caught.value) == "wine comes with scikit-learn, which is not installed: pip install scikit-learn"
