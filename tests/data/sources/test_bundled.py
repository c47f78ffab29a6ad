"""The small data sets that come along are scikit-learn's, to the bit, and need no scikit-learn."""

import subprocess
import sys
from hashlib import sha256

import numpy as np
import pytest

from bpcli.data.sources import bundled
from bpcli.data.sources.bundled import BreastCancer, BundledSource, Diabetes, Digits, Iris, Wine

SOURCES = [Iris(), Wine(), BreastCancer(), Digits(), Diabetes()]


@pytest.mark.parametrize(
    ("source", "examples", "features", "classes"),
    [(Iris(), 150, 4, 3), (Wine(), 178, 13, 3), (BreastCancer(), 569, 30, 2), (Digits(), 1797, 64, 10)],
)
def test_a_classified_set_comes_whole_and_split(
    source: BundledSource, examples: int, features: int, classes: int
) -> None:
    data = source.load(0)
    assert source.info() == data.info
    assert (data.info.features, data.info.classes) == (features, classes)
    assert data.train.x.shape == (examples, features)
    assert data.train.y.dtype == np.intp
    assert sum(map(len, data.splits.values())) == examples
    assert len(data.split("test")) == round(0.2 * examples)


def test_digits_are_images() -> None:
    assert Digits().info().image_shape == (8, 8)


def test_diabetes_is_a_regression() -> None:
    data = Diabetes().load(0)
    assert (data.info.classes, data.info.targets) == (0, 1)
    assert (data.train.y.shape, data.train.y.dtype) == ((442, 1), np.float64)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_it_is_scikit_learns(source: BundledSource) -> None:
    bunch = getattr(pytest.importorskip("sklearn.datasets"), f"load_{source.name}")()
    info, x, y = source.table(0)
    assert (x.dtype, x.shape) == (bunch.data.dtype, bunch.data.shape)
    if source.name == "diabetes":  # whose measures scikit-learn scales at every load, rounding as its version does
        np.testing.assert_allclose(x, bunch.data, rtol=0, atol=1e-15)
    else:
        assert x.tobytes() == bunch.data.tobytes()
    assert y.ravel().tolist() == bunch.target.tolist()
    assert info.feature_names == tuple(bunch.feature_names)
    assert info.class_names == tuple(map(str, bunch.get("target_names", ())))
    assert info.image_shape == (bunch.images.shape[1:] if "images" in bunch else None)


def test_diabetes_is_the_same_to_the_bit_whatever_is_installed() -> None:
    """As scikit-learn 1.9.1 scales it on NumPy 2.4.6."""
    x = Diabetes().table(0).x
    assert sha256(x.tobytes()).hexdigest() == "3108d770fbdb92eb6386b2f489879a126bc8c379a2d9f8bbd931ca876b9e2320"


def test_scikit_learn_is_not_imported() -> None:
    program = "import sys; from bpcli.data.sources.bundled import Iris; Iris().load(0); print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_where_each_comes_from_and_its_licence_lie_beside_it() -> None:
    origins = (bundled.SETS / "README.md").read_text(encoding="utf-8")
    stored = {path.stem for path in bundled.SETS.glob("*.npz")}
    assert stored == {source.name for source in SOURCES}
    assert all(f"`{name}.npz`" in origins for name in stored)
    assert "CC BY 4.0" in origins
    assert "BSD 3-Clause License" in (bundled.SETS / "LICENSE.scikit-learn").read_text(encoding="utf-8")
