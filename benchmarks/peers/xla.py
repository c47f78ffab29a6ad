"""JAX: the whole step in one jit, the data on the device, buffers donated; or a whole epoch in one lax.scan."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.cases import Case
from benchmarks.data import unit
from benchmarks.peers import Train, Trained, Weights, orders

_ACTIVATIONS = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid}


def prepare(case: Case, x: np.ndarray, y: np.ndarray, weights: Weights, *, scan: bool) -> Train:
    """`scan`: an epoch is one call; its short last batch, which a scan cannot have, is a step of its own."""
    X, T = jax.device_put(unit(x)), jax.device_put(y.astype(np.int32))
    f, rate = _ACTIVATIONS[case.activation], case.learning_rate

    def loss_of(params: Any, X: Any, T: Any) -> Any:
        for W, b in params[:-1]:
            X = f(X @ W + b)
        W, b = params[-1]
        return -jnp.take_along_axis(jax.nn.log_softmax(X @ W + b), T[:, None], axis=1).mean()

    def momentum(params: Any, slots: Any, grads: Any) -> Any:
        slots = jax.tree.map(lambda v, g: 0.9 * v + g, slots, grads)
        return jax.tree.map(lambda p, v: p - rate * v, params, slots), slots

    def adam(params: Any, slots: Any, grads: Any) -> Any:
        m, v, t = slots
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
        size = rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        epsilon = 1e-8 * jnp.sqrt(1 - 0.999**t)
        return jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) + epsilon), params, m, v), (m, v, t)

    update = adam if case.optimizer == "adam" else momentum

    def step(state: Any, X: Any, T: Any, chosen: Any) -> Any:
        params, slots, total = state
        loss, grads = jax.value_and_grad(loss_of)(params, X[chosen], T[chosen])
        params, slots = update(params, slots, grads)
        return params, slots, total + loss * len(chosen)

    def epoch(state: Any, X: Any, T: Any, batches: Any) -> Any:
        return jax.lax.scan(lambda state, chosen: (step(state, X, T, chosen), None), state, batches)[0]

    jit_step, jit_epoch = jax.jit(step, donate_argnums=0), jax.jit(epoch, donate_argnums=0)
    every = orders(len(x), case.epochs)
    whole = len(x) // case.batch_size * case.batch_size

    def train() -> Trained:
        params = [(jnp.array(W), jnp.array(b)) for W, b in weights]
        zeros = jax.tree.map(jnp.zeros_like, params)
        slots = (zeros, jax.tree.map(jnp.zeros_like, params), jnp.zeros(())) if case.optimizer == "adam" else zeros
        state = params, slots, jnp.zeros(())
        jax.block_until_ready(state)
        started = perf_counter()
        for order in every:
            state = (*state[:2], jnp.zeros(()))
            if scan:
                state = jit_epoch(state, X, T, order[:whole].reshape(-1, case.batch_size))
                if whole < len(order):
                    state = jit_step(state, X, T, order[whole:])
            else:
                for start in range(0, len(order), case.batch_size):
                    state = jit_step(state, X, T, order[start : start + case.batch_size])
            mean = float(state[2]) / len(x)
        jax.block_until_ready(state)
        return Trained(perf_counter() - started, mean)

    return train


per_step = partial(prepare, scan=False)
whole_epoch = partial(prepare, scan=True)
