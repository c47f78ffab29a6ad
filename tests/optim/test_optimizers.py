"""Every optimizer beside its textbook algorithm, written out an entry at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from bpcli.nn.parameters import Parameters
from bpcli.optim import blocks
from bpcli.optim.adagrad import Adagrad
from bpcli.optim.adam import Adam, AdamFamily, AdamW
from bpcli.optim.adamax import Adamax
from bpcli.optim.lbfgs import LBFGS
from bpcli.optim.nadam import NAdam
from bpcli.optim.optimizers import AnyOptimizer
from bpcli.optim.rmsprop import RMSprop
from bpcli.optim.sgd import SGD
from bpcli.optim.subnormals import EVERY

STEPS = 50
RATE = 0.03

OPTIMIZERS: list[AnyOptimizer] = [
    SGD(),
    SGD(momentum=0.9),
    SGD(momentum=0.9, dampening=0.9),
    SGD(momentum=0.5, dampening=0.1),
    SGD(momentum=0.9, dampening=1.0),
    SGD(momentum=0.9, nesterov=True),
    Adagrad(),
    Adagrad(epsilon=0.1),
    RMSprop(),
    RMSprop(rho=0.5, epsilon=0.1),
    RMSprop(momentum=0.8),
    RMSprop(centered=True),
    RMSprop(rho=0.9, momentum=0.8, centered=True),
    Adam(),
    Adam(beta1=0.5, beta2=0.7, epsilon=0.1),
    Adam(beta1=0.0, beta2=0.0, epsilon=0.1),
    Adam(beta2=0.8, amsgrad=True),
    AdamW(weight_decay=0.5),
    AdamW(beta2=0.8, amsgrad=True),
    NAdam(),
    NAdam(beta1=0.5, beta2=0.7, epsilon=0.1, momentum_decay=0.5),
    NAdam(beta1=0.0),
    Adamax(),
    Adamax(beta1=0.5, beta2=0.7, epsilon=0.1),
]
each = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)

Rule = Iterator[float]


def sgd(o: SGD, w: float, grads: list[float]) -> Rule:
    v = 0.0
    for g in grads:
        v = o.momentum * v + (1 - o.dampening) * g
        w -= RATE * (g + o.momentum * v if o.nesterov else v)
        yield w


def adagrad(o: Adagrad, w: float, grads: list[float]) -> Rule:
    h = 0.0
    for g in grads:
        h += g * g
        w -= RATE * g / (math.sqrt(h) + o.epsilon)
        yield w


def rmsprop(o: RMSprop, w: float, grads: list[float]) -> Rule:
    v = m = u = 0.0
    for g in grads:
        v = o.rho * v + (1 - o.rho) * g * g
        m = o.rho * m + (1 - o.rho) * g
        u = o.momentum * u + g / (math.sqrt(v - m * m if o.centered else v) + o.epsilon)
        w -= RATE * u
        yield w


def adam(o: AdamFamily, w: float, grads: list[float]) -> Rule:
    m = v = largest = 0.0
    for t, g in enumerate(grads, 1):
        m = o.beta1 * m + (1 - o.beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * g * g
        largest = max(largest, v)
        v_hat = (largest if o.amsgrad else v) / (1 - o.beta2**t)
        w -= RATE * m / (1 - o.beta1**t) / (math.sqrt(v_hat) + o.epsilon)
        yield w


def adamw(o: AdamW, w: float, grads: list[float]) -> Rule:
    """The shrinking is linear, so that what adam would do to w = 0 is added to what is left of w."""
    last = 0.0
    for step in adam(o, 0.0, grads):
        w = (1 - RATE * o.weight_decay) * w + step - last
        last = step
        yield w


def nadam(o: NAdam, w: float, grads: list[float]) -> Rule:
    m = v = 0.0
    product = 1.0
    for t, g in enumerate(grads, 1):
        now, after = (o.beta1 * (1 - 0.5 * 0.96 ** (i * o.momentum_decay)) for i in (t, t + 1))
        product *= now
        m = o.beta1 * m + (1 - o.beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * g * g
        ahead = after * m / (1 - product * after) + (1 - now) * g / (1 - product)
        w -= RATE * ahead / (math.sqrt(v / (1 - o.beta2**t)) + o.epsilon)
        yield w


def adamax(o: Adamax, w: float, grads: list[float]) -> Rule:
    m = u = 0.0
    for t, g in enumerate(grads, 1):
        m = o.beta1 * m + (1 - o.beta1) * g
        u = max(o.beta2 * u, abs(g) + o.epsilon)
        w -= RATE * m / (1 - o.beta1**t) / u
        yield w


RULES: dict[type, Callable[..., Rule]] = {
    SGD: sgd,
    Adagrad: adagrad,
    RMSprop: rmsprop,
    Adam: adam,
    AdamW: adamw,
    NAdam: nadam,
    Adamax: adamax,
}


def gradients(size: int) -> np.ndarray:
    """Of very different sizes, `(STEPS, size)`."""
    rng = np.random.default_rng(1)
    return rng.standard_normal((STEPS, size)) * 10.0 ** rng.integers(-4, 2, size)


def make(weights: int = 3, biases: int = 2, dtype: type = np.float64) -> Parameters:
    parameters = Parameters({"W": (weights, 1), "b": (biases,)}, dtype)
    parameters.theta[...] = np.random.default_rng(0).standard_normal(len(parameters))
    return parameters


def run(optimizer: AnyOptimizer, parameters: Parameters, grads: np.ndarray) -> None:
    slots = optimizer.init(parameters.theta)
    for step, grad in enumerate(grads):
        parameters.grad[...] = grad
        optimizer.update(slots, parameters, learning_rate=RATE, step=step, revalue=float)


@each
def test_fifty_steps_are_those_of_the_textbook(optimizer: AnyOptimizer) -> None:
    parameters, grads = make(), gradients(5)
    before, slots = parameters.theta.copy(), optimizer.init(parameters.theta)
    rule = RULES[type(optimizer)]
    expected = [list(rule(optimizer, w, list(g))) for w, g in zip(before, grads.T, strict=True)]
    if isinstance(optimizer, AdamW):
        expected[3:] = [list(adam(optimizer, w, list(g))) for w, g in zip(before[3:], grads.T[3:], strict=True)]
    for step, grad in enumerate(grads):
        parameters.grad[...] = grad
        optimizer.update(slots, parameters, learning_rate=RATE, step=step, revalue=float)
        np.testing.assert_allclose(parameters.theta, np.array(expected)[:, step], rtol=1e-11, atol=1e-12)


@each
def test_resumed_at_any_step_it_goes_on_bit_for_bit(optimizer: AnyOptimizer) -> None:
    grads = gradients(5).astype(np.float32)
    straight = make(dtype=np.float32)
    slots = optimizer.init(straight.theta)
    resumed = make(dtype=np.float32)
    for step, grad in enumerate(grads):
        saved = {name: slots[name].copy() for name in sorted(slots)}
        resumed.theta[...] = straight.theta
        for parameters, memory in ((straight, slots), (resumed, saved)):
            parameters.grad[...] = grad
            optimizer.update(memory, parameters, learning_rate=RATE, step=step, revalue=float)
        assert resumed.theta.tobytes() == straight.theta.tobytes()
        assert all(saved[name].tobytes() == slots[name].tobytes() for name in slots)


@each
def test_everything_happens_in_place_and_in_the_same_precision(optimizer: AnyOptimizer) -> None:
    parameters = make(dtype=np.float32)
    slots, theta = optimizer.init(parameters.theta), parameters.theta
    before = dict(slots)
    parameters.grad[...] = 1
    optimizer.update(slots, parameters, learning_rate=RATE, step=0, revalue=float)
    assert parameters.theta is theta
    assert all(slots[name] is before[name] for name in before)
    assert {array.dtype for array in (theta, *slots.values())} == {np.dtype(np.float32)}
    assert all(array.shape == theta.shape for array in slots.values())


@each
def test_a_vector_of_many_blocks_is_updated_as_one_block_is(
    monkeypatch: pytest.MonkeyPatch, optimizer: AnyOptimizer
) -> None:
    whole, cut = make(15, 7, np.float32), make(15, 7, np.float32)
    grads = gradients(22).astype(np.float32)
    run(optimizer, whole, grads)
    monkeypatch.setattr(blocks, "BLOCK", 5)
    run(optimizer, cut, grads)
    assert cut.theta.tobytes() == whole.theta.tobytes()


@each
def test_a_gradient_that_stops_leaves_no_subnormal_memory(optimizer: AnyOptimizer) -> None:
    """As that of a pixel that is never lit again, after whose last light the weight comes to rest."""
    parameters = make(dtype=np.float32)
    slots = optimizer.init(parameters.theta)
    for step in range(10 * EVERY):
        parameters.grad[...] = [1.0, 1e-3, 1e-18, 0.0, 0.0] if step == 0 else 0
        optimizer.update(slots, parameters, learning_rate=RATE, step=step, revalue=float)
    assert np.isfinite(parameters.theta).all()
    for array in slots.values():
        assert not ((array != 0) & (np.abs(array) < np.finfo(np.float32).tiny)).any()


@pytest.mark.parametrize("optimizer", [RMSprop(centered=True, rho=rho) for rho in (0.0, 0.1, 0.9)], ids=repr)
def test_a_gradient_that_never_changes_has_no_variance_and_no_nan(optimizer: RMSprop) -> None:
    parameters = make(dtype=np.float32)
    run(optimizer, parameters, np.tile(np.float32([0.1, 0.3, 1 / 3, 7.7, -0.9]), (1000, 1)))
    assert np.isfinite(parameters.theta).all()


@pytest.mark.parametrize("beta1", [0.5, 0.9, 0.99])
def test_the_product_of_nadam_is_left_out_only_where_it_is_nothing(beta1: float) -> None:
    optimizer, product = NAdam(beta1=beta1), 1.0
    for t in range(1, 5000):
        product *= beta1 * (1 - 0.5 * 0.96 ** (t * optimizer.momentum_decay))
        assert 1 - optimizer._product(t) == pytest.approx(1 - product, rel=1e-15)


def test_lbfgs_keeps_two_vectors_a_pair() -> None:
    assert list(LBFGS(history=2).init(np.zeros(5))) == ["s0", "y0", "s1", "y1"]
