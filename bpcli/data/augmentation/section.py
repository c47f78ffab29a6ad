"""The section `data.augmentation`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le, Lt

GEOMETRIC = ("shift", "rotation", "scale", "shear", "elastic_alpha", "horizontal_flip")
"""Keys that move pixels."""

IMAGE_KEYS = (*GEOMETRIC, "cutout")
"""Keys that need images."""


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """Random changes to the training examples, new in every epoch; each is off unless it is given."""

    shift: Annotated[float, Ge(0)] = 0.0
    """largest shift of an image along rows and along columns, in pixels"""
    rotation: Annotated[float, Ge(0), Le(180)] = 0.0
    """largest rotation about the centre, in degrees, either way"""
    scale: Annotated[float, Ge(0), Lt(1)] = 0.0
    """enlarge by a factor in [1 - scale, 1 + scale] about the centre"""
    shear: Annotated[float, Ge(0), Lt(90)] = 0.0
    """largest slant of the columns, in degrees, either way"""
    elastic_alpha: Annotated[float, Ge(0)] = 0.0
    """intensity of the elastic distortion; 34 for MNIST (Simard, Steinkraus and Platt 2003)"""
    elastic_sigma: Annotated[float, Gt(0), Le(1000)] = 4.0
    """smoothness of the elastic distortion: standard deviation of its Gaussian, in pixels"""
    horizontal_flip: Annotated[float, Ge(0), Le(1)] = 0.0
    """probability of a mirror image, left and right exchanged"""
    cutout: Annotated[int, Ge(0), Le(1000)] = 0
    """side of a square of background put anywhere on the image, in pixels (DeVries and Taylor 2017)"""
    noise: Annotated[float, Ge(0)] = 0.0
    """standard deviation of the Gaussian noise on every input, in units of the scaled inputs"""
    mixup: Annotated[float, Ge(0)] = 0.0
    """α: mix each example and its targets with another's, the share drawn from Beta(α, α) (Zhang et al. 2018)"""

    @property
    def moves_pixels(self) -> bool:
        return any(getattr(self, key) for key in GEOMETRIC)

    @property
    def image_keys(self) -> list[str]:
        """The keys that are given and need images."""
        return [key for key in IMAGE_KEYS if getattr(self, key)]
