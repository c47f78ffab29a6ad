"""Every data set a config can name, in one union."""

from __future__ import annotations

from bpcli.data.sources.bundled import BreastCancer, Diabetes, Digits, Iris, Wine
from bpcli.data.sources.csv_table import Csv
from bpcli.data.sources.inline import Inline
from bpcli.data.sources.mnist import FashionMnist, Kmnist, Mnist
from bpcli.data.sources.npz_arrays import Npz
from bpcli.data.sources.stream import Stream
from bpcli.data.sources.toy import Blobs, Checkerboard, Circles, Moons, Spiral
from bpcli.data.sources.xor import Xor

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
