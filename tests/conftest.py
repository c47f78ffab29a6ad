"""What holds for every test."""

from torture.children import heed_signals

heed_signals()
