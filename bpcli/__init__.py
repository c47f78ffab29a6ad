"""Train, check and understand small neural networks: back-propagation by hand in NumPy, from a YAML file."""

__version__ = "0.1.0"
