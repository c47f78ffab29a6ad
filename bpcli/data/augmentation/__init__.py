"""Augmentation: random changes to the training examples, in the stream, new in every epoch.

What happens to an example is a pure function of (seed, epoch, its place in the split), drawn by a counter-based hash
(`hashing`), so that batch size, order and resume make no difference. Images are `(N, rows * columns)`, flat, as
everywhere in `bpcli.data`; outside of an image is background, the raw value 0.
"""
