"""Every optimizer a config can name, in one union."""

from bpcli.optim.sgd import SGD

Optimizer = SGD
