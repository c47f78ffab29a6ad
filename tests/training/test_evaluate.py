"""What is measured of a split is that of its examples, however they are cut into blocks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpcli.data.batches import Batches
from bpcli.data.dataset import DataInfo, Examples
from bpcli.data.scaling import UNSCALED
from bpcli.data.targets import Encoding, encode_targets
from bpcli.nn.activations import ELU, SELU, Activation, Identity, Sigmoid, Softmax, Softsign, Tanh
from bpcli.nn.arrays import Array
from bpcli.nn.layers import Dense
from bpcli.nn.losses import CrossEntropy, Hinge, Loss, MeanSquaredError, OutputLoss
from bpcli.nn.losses.weighted_sum import BoundPart, WeightedOutputLoss
from bpcli.nn.network import Network
from bpcli.training.evaluate import measure
from bpcli.training.experiment import Experiment
from bpcli.training.metrics import count_correct, metric_names
from bpcli.training.metrics.objectives import sums_by_part
from bpcli.training.objective import Objective

from .conftest import MakeExperiment


def test_the_loss_is_the_mean_over_all_blocks(experiment: MakeExperiment) -> None:
    trained = experiment(everything=True)
    seen: list[Array] = []
    blocks = trained.splits["train"]()
    assert len(blocks) == 3
    found = measure(
        trained.objective, blocks, trained.metrics(), lambda Y, T, scores: seen.append(Y[np.arange(len(T)), T])
    )
    probabilities = np.concatenate(seen)
    assert len(probabilities) == 22
    assert found["loss"] == pytest.approx(float(-np.log(probabilities).mean()), rel=1e-6)
    assert measure(trained.objective, trained.splits["train"](), trained.metrics()) == found


RANKED = ["roc_auc", "average_precision"]


def answering(
    made: Experiment, Z: Array, y: Array, head: OutputLoss, encoding: Encoding, info: DataInfo
) -> dict[str, float]:
    """All metrics of an experiment whose network gives the raw outputs `Z`, and whose data are of the classes `y`."""
    width, classes = Z.shape[1], len(info.class_names)
    network = Network([Dense(units=width, activation=Identity())], features=width, dtype=np.float32, seed=0)
    network.parameters.theta[...] = 0
    network.parameters.views["layers.0.W"][...] = np.eye(width)
    made = replace(made, info=info, objective=Objective(network, head), top_k=2 if classes > 2 else None)

    def encode(labels: Array) -> Array:
        return encode_targets(labels, encoding, classes=classes, dtype=np.float32)

    examples = Examples(Z.astype(np.float64), y)
    blocks = Batches(examples, encode=encode, scaler=UNSCALED, batch_size=64, shuffle=False, seed=0, dtype=np.float32)
    return measure(made.objective, blocks, made.metrics(metric_names(classes, made.top_k)))


def of_classes(count: int) -> DataInfo:
    return DataInfo(features=count, class_names=tuple("abcdefgh"[:count]))


def large(size: int, width: int, seed: int) -> tuple[Array, Array]:
    """Raw outputs that a float32 sigmoid or softmax makes 0 and 1 of, with classes that follow them a little."""
    rng = np.random.default_rng(seed)
    Z = (rng.standard_normal((size, width)) * 60).astype(np.float32)
    noisy = Z + rng.standard_normal(Z.shape) * 60
    return Z, (noisy.argmax(axis=1) if width > 1 else noisy[:, 0] > 0).astype(np.intp)


@pytest.mark.parametrize("loss", [CrossEntropy(), MeanSquaredError()])
@pytest.mark.parametrize("activation", [Sigmoid(), Tanh(), Softsign()])
def test_one_output_that_has_levelled_off_is_ranked_by_its_raw_one(
    experiment: MakeExperiment, loss: Loss, activation: Activation
) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    if isinstance(loss, CrossEntropy) and not isinstance(activation, Sigmoid):
        return
    Z, y = large(300, 1, seed=1)
    head = loss.bind(activation)
    found = answering(experiment(), Z, y, head, "binary", of_classes(2))
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(y, Z[:, 0]), rel=1e-12)
    assert found["average_precision"] == pytest.approx(metrics.average_precision_score(y, Z[:, 0]), rel=1e-12)


@pytest.mark.parametrize("width", [2, 4])
@pytest.mark.parametrize("loss", [CrossEntropy(), MeanSquaredError()])
def test_softmax_outputs_are_ranked_by_the_probabilities_they_would_be_without_rounding(
    experiment: MakeExperiment, loss: Loss, width: int
) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    Z, y = large(300, width, seed=2)
    z = Z.astype(np.float64)
    odds = np.stack([z[:, k] - np.logaddexp.reduce(np.delete(z, k, axis=1), axis=1) for k in range(width)], axis=1)
    decisive = range(1, 2) if width == 2 else range(width)
    head = loss.bind(Softmax())
    encoding: Encoding = "index" if isinstance(loss, CrossEntropy) else "one_hot"
    found = answering(experiment(), Z, y, head, encoding, of_classes(width))
    assert found["roc_auc"] == pytest.approx(np.mean([metrics.roc_auc_score(y == k, odds[:, k]) for k in decisive]))
    assert found["average_precision"] == pytest.approx(
        np.mean([metrics.average_precision_score(y == k, odds[:, k]) for k in decisive])
    )
    if width > 2:
        assert found["top_k_accuracy"] == pytest.approx(metrics.top_k_accuracy_score(y, z, k=2))


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        (CrossEntropy(), Sigmoid()),
        (MeanSquaredError(), Sigmoid()),
        (MeanSquaredError(), Tanh()),
        (MeanSquaredError(), ELU()),
        (MeanSquaredError(), SELU()),
        (Hinge(), Identity()),
    ],
)
def test_several_outputs_are_told_apart_by_their_raw_ones(
    experiment: MakeExperiment, loss: Loss, activation: Activation
) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    Z, y = large(300, 4, seed=3)
    head = loss.bind(activation)
    found = answering(experiment(), Z, y, head, "one_hot", of_classes(4))
    assert found["accuracy"] == (Z.argmax(axis=1) == y).mean()
    assert found["top_k_accuracy"] == pytest.approx(metrics.top_k_accuracy_score(y, Z.astype(np.float64), k=2))
    assert found["roc_auc"] == pytest.approx(np.mean([metrics.roc_auc_score(y == k, Z[:, k]) for k in range(4)]))
    head.forward(Z, np.eye(4, dtype=np.float32)[y])
    assert count_correct(head.Y, y, head.scores) == (Z.argmax(axis=1) == y).sum(), "as training counts them"


def test_parts_of_several_objectives_are_ranked_by_their_raw_outputs_too(experiment: MakeExperiment) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    (Z, kind), (z, sure) = large(300, 3, seed=4), large(300, 1, seed=5)
    softmax = CrossEntropy().bind(Softmax())
    sigmoid = CrossEntropy().bind(Sigmoid())
    parts = (
        BoundPart("kind", softmax, 1.0, slice(0, 3), (0,), "index"),
        BoundPart("sure", sigmoid, 1.0, slice(3, 4), (1,), "binary"),
    )
    head = WeightedOutputLoss(parts)
    info = DataInfo(features=4, targets=2, target_names=("kind", "sure"), target_classes=(tuple("abc"), ("no", "yes")))
    made = replace(experiment(), info=info)
    made = replace(made, objective=replace(made.objective, loss=head))
    collected = made.metrics([f"{part}_{name}" for part in ("kind", "sure") for name in RANKED])
    T = np.stack([kind, sure], axis=1).astype(np.float32)
    head.forward(np.hstack([Z, z]), T)
    collected.add(head.Y, T, head.scores)
    found = collected.result()
    odds = [Z[:, k] - np.logaddexp.reduce(np.delete(Z.astype(float), k, axis=1), axis=1) for k in range(3)]
    assert found["kind_roc_auc"] == pytest.approx(
        np.mean([metrics.roc_auc_score(kind == k, odds[k]) for k in range(3)])
    )
    assert found["sure_roc_auc"] == pytest.approx(metrics.roc_auc_score(sure, z[:, 0]))
    assert found["kind_accuracy"] == (Z.argmax(axis=1) == kind).mean()
    assert sums_by_part(head, T)["kind_accuracy"] == (Z.argmax(axis=1) == kind).sum()
