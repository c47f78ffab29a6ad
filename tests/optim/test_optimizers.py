"""Every optimizer: it goes down, by its textbook rule, an entry at a time; its memory; its precision."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from bpcli.optim.adam import Adam, Adamax, AdamW, NAdam, _momentum_product
from bpcli.optim.base import FirstOrder
from bpcli.optim.blocks import BLOCK
from bpcli.optim.optimizers import AnyOptimizer
from bpcli.optim.rmsprop import Adagrad, RMSProp
from bpcli.optim.sgd import SGD
from bpcli.optim.subnormals import EVERY
from bpcli.training.update import Update
from tests.unions import members

from .helpers import make_parameters

P, WEIGHTS, STEPS, RATE = 7, 5, 12, 0.05

Rule = Callable[[int], Iterator[float]]
"""A coroutine for entry i: it is sent gradients, and yields the change of its parameter before each next one."""


def sgd(o: SGD, w: float, i: int) -> Iterator[float]:
    v = 0.0
    while True:
        g = yield w
        v = o.momentum * v + (1 - o.dampening) * g
        w -= RATE * (g + o.momentum * v if o.nesterov else v)


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
    (SGD(), sgd),
    (SGD(momentum=0.9), sgd),
    (SGD(momentum=0.9, nesterov=True), sgd),
    (Adagrad(), adagrad),
    (RMSProp(rho=0.9), rmsprop),
    (RMSProp(rho=0.9, centered=True, momentum=0.8), rmsprop),
    (Adam(), adam),
    (Adam(beta1=0.5, beta2=0.7, amsgrad=True), adam),
    (AdamW(weight_decay=0.3), adam),
    (NAdam(momentum_decay=0.1), nadam),
    (Adamax(), adamax),
]
EVERY_OPTIMIZER: list[AnyOptimizer] = members(AnyOptimizer)
FIRST_ORDER = [optimizer for optimizer in EVERY_OPTIMIZER if isinstance(optimizer, FirstOrder)]
ALL = [*FIRST_ORDER, *(optimizer for optimizer, _ in TEXTBOOK if optimizer not in FIRST_ORDER)]


def gradients(dtype: type = np.float64, size: int = P, steps: int = STEPS) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.standard_normal(size).astype(dtype) for _ in range(steps)]


def run(
    optimizer: AnyOptimizer, theta: np.ndarray, grads: list[np.ndarray], *, weights: int | None = None
) -> np.ndarray:
    parameters = make_parameters(theta, weights=weights)
    slots = optimizer.init(parameters.theta)
    for step, grad in enumerate(grads):
        parameters.grad[...] = grad
        optimizer.step(slots, parameters, learning_rate=RATE, step=step, reevaluate=float)
    return parameters.theta


@pytest.mark.parametrize("optimizer", EVERY_OPTIMIZER, ids=str)
def test_it_lowers_a_bowl(optimizer: AnyOptimizer) -> None:
    """½ Σ a θ², from a place with slopes of both signs."""
    a = np.array([0.5, 1.0, 2.0, 5.0])
    parameters = make_parameters(np.array([2.0, -3.0, 1.5, -2.5]))
    slots = optimizer.init(parameters.theta)

    def evaluate() -> float:
        parameters.grad[...] = a * parameters.theta
        return float(np.sum(a * parameters.theta**2) / 2)

    values = [evaluate()]
    for step in range(100):
        optimizer.step(slots, parameters, learning_rate=0.01, step=step, reevaluate=evaluate)
        values.append(evaluate())
    assert values[1] < values[0]
    assert values[-1] < 0.9 * values[0]


@pytest.mark.parametrize("optimizer", ALL, ids=str)
def test_its_first_step_goes_down_the_gradient_in_every_entry(optimizer: AnyOptimizer) -> None:
    theta, grad = np.zeros(P), gradients()[0]
    step = run(optimizer, theta, [grad]) - theta
    assert np.dot(step, grad) < 0
    np.testing.assert_array_equal(np.sign(step), -np.sign(grad))


def test_every_first_order_optimizer_has_its_textbook_rule() -> None:
    assert {type(optimizer) for optimizer, _ in TEXTBOOK} == {type(optimizer) for optimizer in FIRST_ORDER}


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
        parameters.grad[...] = grad
        optimizer.step(slots, parameters, learning_rate=RATE, step=step, reevaluate=float)
    assert parameters.theta.tobytes() == straight.tobytes()


@pytest.mark.parametrize("optimizer", ALL, ids=str)
def test_float32_is_near_float64(optimizer: AnyOptimizer) -> None:
    theta = run(optimizer, np.ones(P, np.float32), gradients(np.float32))
    np.testing.assert_allclose(theta, run(optimizer, np.ones(P), gradients()), rtol=2e-3, atol=1e-4)


@pytest.mark.parametrize("optimizer", ALL, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_update_is_in_place_keeps_the_precision_and_leaves_the_gradient_alone(
    optimizer: FirstOrder, dtype: type
) -> None:
    theta, grad = np.ones(P, dtype), gradients(dtype)[0]
    given_theta, given_grad, slots = theta.copy(), grad.copy(), optimizer.init(theta)  # type: ignore[attr-defined]
    arrays = dict(slots)
    for step in range(3):
        optimizer.update(slots, theta, grad, learning_rate=RATE, step=step)
    assert theta.dtype == dtype
    assert (theta != given_theta).all()
    np.testing.assert_array_equal(grad, given_grad)
    assert slots.keys() == arrays.keys()
    for name, slot in slots.items():
        assert slot is arrays[name]
        assert slot.dtype == dtype
        assert slot.shape == theta.shape
        assert not np.shares_memory(slot, grad)


@pytest.mark.parametrize("optimizer", EVERY_OPTIMIZER, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_slots_start_at_zero_in_the_precision_of_the_parameters(optimizer: AnyOptimizer, dtype: type) -> None:
    for slot in optimizer.init(np.ones(P, dtype)).values():
        assert slot.dtype == dtype
        assert slot.shape == (P,)
        assert slot.ctypes.data % 64 == 0
        assert not slot.any()


@pytest.mark.parametrize("optimizer", ALL, ids=str)
def test_the_rate_of_the_schedule_is_used_and_not_its_own(optimizer: AnyOptimizer) -> None:
    other = replace(optimizer, learning_rate=100.0)
    np.testing.assert_array_equal(run(other, np.ones(P), gradients()), run(optimizer, np.ones(P), gradients()))


@pytest.mark.parametrize("optimizer", ALL, ids=str)
def test_at_a_rate_of_zero_nothing_moves_but_its_memory(optimizer: AnyOptimizer) -> None:
    parameters = make_parameters(np.random.default_rng(1).standard_normal(P))
    slots, before = optimizer.init(parameters.theta), parameters.theta.copy()
    parameters.grad[...] = gradients()[0]
    optimizer.step(slots, parameters, learning_rate=0.0, step=0, reevaluate=float)
    np.testing.assert_array_equal(parameters.theta, before)
    assert all(slot.any() for slot in slots.values())


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
    update = Update(optimizer)
    state = update.start(parameters.theta)
    for step in range(10 * EVERY):
        state.counters.step = step
        parameters.grad[...] = [1.0, 1e-3, 1e-18, 0.0] if step == 0 else 0
        update.apply(state, parameters, learning_rate=RATE, reevaluate=float)
    assert np.isfinite(parameters.theta).all()
    for slot in state.slots.values():
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
        (SGD(), set()),
        (SGD(momentum=0.9), {"velocity"}),
        (Adagrad(), {"square_sum"}),
        (Adam(), {"mean", "mean_square"}),
        (Adam(amsgrad=True), {"mean", "mean_square", "greatest"}),
        (Adamax(), {"mean", "largest"}),
        (RMSProp(), {"mean_square"}),
        (RMSProp(centered=True), {"mean_square", "mean"}),
        (RMSProp(momentum=0.9), {"mean_square", "velocity"}),
    ],
)
def test_it_remembers_what_it_needs_and_no_more(optimizer: AnyOptimizer, slots: set[str]) -> None:
    assert set(optimizer.init(np.zeros(3))) == slots
