import numpy as np

from bpcli.checks.cases import (
    ACTIVATIONS,
    BATCH_SIZES,
    DEPTHS,
    INITIALIZERS,
    NORMALIZATIONS,
    PAIRINGS,
    PENALTIES,
    suite_cases,
)
from bpcli.checks.faults import gradient
from bpcli.checks.suite import check_suite
from bpcli.nn.activations import AnyActivation
from bpcli.nn.initializers import Initializer
from bpcli.nn.layers import Normalization
from bpcli.nn.losses import Loss
from tests.unions import covering


def test_every_gradient_of_bpcli_is_right() -> None:
    reports = dict(check_suite())
    assert len(reports) == len(list(suite_cases()))
    assert {name: report for name, report in reports.items() if not report.passed} == {}
    assert max(report.max_relative_error for report in reports.values()) < 1e-6
    assert {report.mode for report in reports.values()} == {"all entries"}


def test_the_suite_holds_every_part() -> None:
    covering(Loss, (pairing.loss for pairing in PAIRINGS))
    covering(Initializer, INITIALIZERS)
    covering(AnyActivation, ACTIVATIONS)
    covering(AnyActivation, (pairing.output for pairing in PAIRINGS))
    covering(Normalization, filter(None, NORMALIZATIONS))
    assert {pairing.loss.reduction for pairing in PAIRINGS} == {"mean", "sum"}
    assert any(getattr(pairing.loss, "label_smoothing", 0) for pairing in PAIRINGS)
    assert any(pairing.class_weights for pairing in PAIRINGS)
    names = [case.name for case in suite_cases()]
    assert len(set(names)) == len(names) >= 300
    for activation in ACTIVATIONS:
        for depth in DEPTHS:
            assert any(f"{depth} layer{'s' * (depth > 1)} {activation.name}" in name for name in names)
    for init in INITIALIZERS:
        assert any(f"init {init.name}" in name for name in names)
    for penalty in PENALTIES:
        assert any(f"l2 {penalty.l2:g}, l1 {penalty.l1:g}," in name for name in names)
    for batch in BATCH_SIZES:
        assert any(f"batch {batch}" in name for name in names)
    for part in (*(normalization.name for normalization in NORMALIZATIONS if normalization), "dropout", "noise"):
        assert any(part in name for name in names)


def test_no_case_is_empty_of_gradient() -> None:
    for name, objective, X, T in suite_cases():
        gradient(objective, X, T)
        if "init zeros" not in name and "init constant" not in name:
            smallest = min(np.abs(grad).max() for grad in objective.network.parameters.grads.values())
            assert smallest > 2e-4, name


def test_the_options_reach_every_case() -> None:
    reports = [report for _, report in check_suite(samples=1, eps=2e-3, atol=1e-9, rtol=1e-5, seed=1)]
    assert {report.mode for report in reports} == {"sampled"}
    assert {(report.eps, report.atol, report.rtol) for report in reports} == {(2e-3, 1e-9, 1e-5)}
    assert all(report.passed for report in reports)
