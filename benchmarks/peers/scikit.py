"""scikit-learn's MLPClassifier. Of two classes it makes two logistic outputs, which its own coding would make one."""

from __future__ import annotations

import warnings
from time import perf_counter

import numpy as np
from sklearn.neural_network import MLPClassifier

from benchmarks.cases import Case
from benchmarks.data import unit
from benchmarks.peers import Train, Trained, Weights


def prepare(case: Case, x: np.ndarray, y: np.ndarray, weights: Weights) -> Train:
    """A fit of given weights is a warm start, begun again for every call."""
    X = unit(x)
    T = y if case.widths[-1] > 2 else np.eye(2, dtype=int)[y]
    model = MLPClassifier(
        case.widths[1:-1],
        activation={"relu": "relu", "sigmoid": "logistic"}[case.activation],
        solver="adam" if case.optimizer == "adam" else "sgd",
        momentum=0.9,
        nesterovs_momentum=False,
        alpha=0.0,
        batch_size=case.batch_size,
        learning_rate_init=case.learning_rate,
        max_iter=1,
        tol=0.0,
        n_iter_no_change=10**6,
        warm_start=True,
        random_state=0,
    )
    warnings.simplefilter("ignore")  # max_iter is reached, as it should be
    model.fit(X[:1000], T[:1000])
    model.max_iter = case.epochs

    def train() -> Trained:
        model.coefs_ = [W.copy() for W, _ in weights]
        model.intercepts_ = [b.copy() for _, b in weights]
        model.loss_curve_, model.n_iter_, model.t_ = [], 0, 0
        started = perf_counter()
        model.fit(X, T)
        return Trained(perf_counter() - started, float(model.loss_curve_[-1]))

    return train
