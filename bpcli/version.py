"""What bpcli is, and its version."""

SUMMARY = "Train, check and understand small neural networks: back-propagation by hand in NumPy, from a YAML file."

__version__ = "0.3.0"
"""Raised by every change after which a config gives other bits: equal fingerprints promise equal ones."""
