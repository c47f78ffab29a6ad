"""Every optimizer a config can name, in one union."""

from bpcli.optim.adagrad import Adagrad
from bpcli.optim.adam import Adam, AdamW
from bpcli.optim.adamax import Adamax
from bpcli.optim.lbfgs import LBFGS
from bpcli.optim.nadam import NAdam
from bpcli.optim.rmsprop import RMSprop
from bpcli.optim.sgd import SGD

AnyOptimizer = SGD | Adagrad | RMSprop | Adam | AdamW | NAdam | Adamax | LBFGS
