"""Data: where examples come from, how they are split and scaled, and how they reach the network in batches.

Shapes, everywhere in this package: `M` examples in a data set; `x (M, features)`; `y (M,)` class indices, or
`(M, targets)` numbers. A section of a config (`sources.AnySource`) is the object that loads.
"""
