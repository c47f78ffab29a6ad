"""Every data set a config can name, in one union."""

from __future__ import annotations

from bpcli.data.bundled import BreastCancer, Diabetes, Digits, Iris, Wine
from bpcli.data.csv_table import Csv
from bpcli.data.images import FashionMnist, Kmnist, Mnist
from bpcli.data.inline import Inline
from bpcli.data.npz_arrays import Npz
from bpcli.data.parity import Xor
from bpcli.data.plane import Blobs, Checkerboard, Circles, Moons, Spiral
from bpcli.data.stream import Stream

AnySource = (
    Xor
    | Circles
    | Moons
    | Spiral
    | Blobs
    | Checkerboard
    | Mnist
    | FashionMnist
    | Kmnist
    | Digits
    | Iris
    | Wine
    | BreastCancer
    | Diabetes
    | Csv
    | Npz
    | Inline
    | Stream
)
"""Discriminated by `name`."""
