"""Every optimizer: its textbook rule, an entry at a time; its memory; its precision."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from bpcli.optim.adam import Adam, Adamax, AdamW, NAdam, _momentum_product
from bpcli.optim.base import BLOCK
from bpcli.optim.optimizers import AnyOptimizer
from bpcli.optim.rmsprop import Adagrad, RMSProp
from bpcli.optim.sgd import SGD
from bpcli.optim.subnormals import EVERY

from .helpers import make_parameters

P, WEIGHTS, STEPS, RATE = 7, 5, 12, 0.05

Rule = Callable[[int], Iterator[float]]
"""A coroutine for entry i: it is sent gradients, and yields the change of its parameter before each next one."""


def adagrad(o: Adagrad, w: float, i: int) -> Iterator[float]:
    s = 0.0
    while True:
        g = yield w
        s += g * g
        w -= RATE * g / (math.sqrt(s) + o.epsilon)


def rmsprop(o: RMSProp, w: float, i: int) -> Iterator[float]:
    s = m = v = 0.0
    while True:
        g = yield w
        s = o.rho * s + (1 - o.rho) * g * g
        m = o.rho * m + (1 - o.rho) * g
        scale = math.sqrt(s - m * m if o.centered else s) + o.epsilon
        v = o.momentum * v + g / scale
        w -= RATE * v


def adam(o: Adam, w: float, i: int) -> Iterator[float]:
    m = v = greatest = 0.0
    t = 0
    while True:
        g = yield w
        t += 1
        if isinstance(o, AdamW) and i < WEIGHTS:
            w -= RATE * o.weight_decay * w
        m = o.beta1 * m + (1 - o.beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * g * g
        greatest = max(greatest, v)
        v_hat = (greatest if o.amsgrad else v) / (1 - o.beta2**t)
        w -= RATE * (m / (1 - o.beta1**t)) / (math.sqrt(v_hat) + o.epsilon)


def nadam(o: NAdam, w: float, i: int) -> Iterator[float]:
    m = v = 0.0
    product, t = 1.0, 0
    while True:
        g = yield w
        t += 1
        now, then = (o.beta1 * (1 - 0.5 * 0.96 ** (k * o.momentum_decay)) for k in (t, t + 1))
        product *= now
        m = o.beta1 * m + (1 - o.beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * g * g
        ahead = (1 - now) * g / (1 - product) + then * m / (1 - product * then)
        w -= RATE * ahead / (math.sqrt(v / (1 - o.beta2**t)) + o.epsilon)


def adamax(o: Adamax, w: float, i: int) -> Iterator[float]:
    m = u = 0.0
    t = 0
    while True:
        g = yield w
        t += 1
        m = o.beta1 * m + (1 - o.beta1) * g
        u = max(o.beta2 * u, abs(g) + o.epsilon)
        w -= RATE / (1 - o.beta1**t) * m / u


TEXTBOOK = [
    (Adagrad(), adagrad),
    (RMSProp(rho=0.9), rmsprop),
    (RMSProp(rho=0.9, centered=True, momentum=0.8), rmsprop),
    (Adam(), adam),
    (Adam(beta1=0.5, beta2=0.7, amsgrad=True), adam),
    (AdamW(weight_decay=0.3), adam),
    (NAdam(momentum_decay=0.1), nadam),
    (Adamax(), adamax),
]
ALL: list[AnyOptimizer] = [SGD(momentum=0.9), *(optimizer for optimizer, _ in TEXTBOOK)]


def gradients(dtype: type = np.float64, size: int = P, steps: int = STEPS) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.standard_normal(size).astype(dtype) for _ in range(steps)]


def run(
    optimizer: AnyOptimizer, theta: np.ndarray, grads: list[np.ndarray], *, weights: int | None = None
) -> np.ndarray:
    parameters = make_parameters(theta, weights=weights)
    slots = optimizer.init(parameters.theta)
    for step, grad in enumerate(grads):
        parameters.grad[...] = optimizer.scale(RATE) * grad
        optimizer.update(slots, parameters, learning_rate=RATE, step=step, revalue=float)
    return parameters.theta


@pytest.mark.parametrize(("optimizer", "rule"), TEXTBOOK, ids=[str(optimizer) for optimizer, _ in TEXTBOOK])
def test_its_steps_are_those_of_the_textbook(optimizer: AnyOptimizer, rule: Callable[..., Iterator[float]]) -> None:
    start = np.random.default_rng(1).standard_normal(P)
    expected = []
    for i in range(P):
        entry = rule(optimizer, start[i], i)
        next(entry)
        expected.append([entry.send(float(grad[i])) for grad in gradients()][-1])  # type: ignore[attr-defined]
    np.testing.assert_allclose(run(optimizer, start, gradients(), weights=WEIGHTS), expected, rtol=1e-12)


@pytest.mark.parametrize("optimizer", ALL, ids=str)
@pytest.mark.parametrize("stop", range(STEPS + 1))
def test_saved_and_restored_at_any_step_it_goes_on_bit_for_bit(optimizer: AnyOptimizer, stop: int) -> None:
    start = np.ones(P, np.float32)
    straight = run(optimizer, start, gradients(np.float32))
    parameters = make_parameters(start)
    slots = optimizer.init(parameters.theta)
    for step, grad in enumerate(gradients(np.float32)):
        if step == stop:
            slots = {name: slot.copy() for name, slot in slots.items()}
            parameters = make_parameters(parameters.theta.copy())
        parameters.grad[...] = optimizer.scale(RATE) * grad
        optimizer.update(slots, parameters, learning_rate=RATE, step=step, revalue=float)
    assert parameters.theta.tobytes() == straight.tobytes()


@pytest.mark.parametrize("optimizer", ALL, ids=str)
def test_float32_stays_float32(optimizer: AnyOptimizer) -> None:
    theta = run(optimizer, np.ones(P, np.float32), gradients(np.float32))
    assert theta.dtype == np.float32
    np.testing.assert_allclose(theta, run(optimizer, np.ones(P), gradients()), rtol=2e-3, atol=1e-4)


@pytest.mark.parametrize("optimizer", ALL, ids=str)
def test_a_vector_of_several_blocks_is_updated_as_its_parts_would_be(optimizer: AnyOptimizer) -> None:
    size = 2 * BLOCK + 3
    grads = gradients(size=size, steps=3)
    whole = run(optimizer, np.ones(size), grads)
    for part in (slice(0, 5), slice(BLOCK - 2, BLOCK + 2), slice(2 * BLOCK - 1, size)):
        alone = run(optimizer, np.ones(part.stop - part.start), [grad[part] for grad in grads])
        np.testing.assert_array_equal(whole[part], alone)


@pytest.mark.parametrize("optimizer", ALL, ids=str)
@pytest.mark.parametrize("size", [0.0, 1e-310, 1e30])
def test_gradients_of_any_size_give_finite_weights(optimizer: AnyOptimizer, size: float) -> None:
    with np.errstate(over="ignore", under="ignore"):
        assert np.isfinite(run(optimizer, np.ones(P), [np.full(P, size)] * 3)).all()


@pytest.mark.parametrize("optimizer", ALL, ids=str)
def test_a_gradient_that_stops_leaves_no_subnormal_memory(optimizer: AnyOptimizer) -> None:
    """As that of a pixel that is never lit again."""
    parameters = make_parameters(np.ones(4, np.float32))
    slots = optimizer.init(parameters.theta)
    for step in range(10 * EVERY):
        parameters.grad[...] = [1.0, 1e-3, 1e-18, 0.0] if step == 0 else 0
        optimizer.update(slots, parameters, learning_rate=RATE, step=step, revalue=float)
    assert np.isfinite(parameters.theta).all()
    for slot in slots.values():
        assert not ((slot != 0) & (np.abs(slot) < np.finfo(np.float32).tiny)).any()


@pytest.mark.parametrize("rho", [0.0, 0.1, 0.9])
def test_a_gradient_that_never_changes_has_no_deviation_and_no_nan(rho: float) -> None:
    constant = [np.array([0.1, 0.3, 1 / 3, 7.7, -0.9], np.float32)] * 1000
    assert np.isfinite(run(RMSProp(centered=True, rho=rho), np.ones(5, np.float32), constant)).all()


@pytest.mark.parametrize("beta1", [0.5, 0.9, 0.99, 0.999])
def test_nadams_product_is_left_out_only_where_it_is_nothing(beta1: float) -> None:
    product = 1.0
    for t in range(1, 5000):
        product *= beta1 * (1 - 0.5 * 0.96 ** (t * 0.004))
        assert 1 - _momentum_product(beta1, 0.004, t) == pytest.approx(1 - product, rel=1e-15)


@pytest.mark.parametrize(
    ("optimizer", "slots"),
    [
        (Adam(), {"gradients", "squares"}),
        (Adam(amsgrad=True), {"gradients", "squares", "greatest"}),
        (RMSProp(), {"squares"}),
        (RMSProp(centered=True), {"squares", "gradients"}),
        (RMSProp(momentum=0.9), {"squares", "velocity"}),
    ],
)
def test_it_remembers_what_it_needs_and_no_more(optimizer: AnyOptimizer, slots: set[str]) -> None:
    assert set(optimizer.init(np.zeros(3))) == slots
