"""The experiments of the training room, for what is kept of them on the disk."""

from __future__ import annotations

from tests.training.conftest import experiment as experiment
