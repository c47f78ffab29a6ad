"""Every optimizer a config can name, in one union."""

from bpcli.optim.adagrad import Adagrad
from bpcli.optim.adam import Adam, AdamW
from bpcli.optim.rmsprop import RMSprop
from bpcli.optim.sgd import SGD

AnyOptimizer = SGD | Adagrad | RMSprop | Adam | AdamW
