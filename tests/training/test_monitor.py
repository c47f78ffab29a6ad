"""Which value is better."""

from __future__ import annotations

from bpcli.training.monitor import Monitor, default_mode


def test_less_is_better_for_losses_and_more_for_accuracies() -> None:
    assert default_mode("validation_loss") == default_mode("validation_rmse") == "min"
    assert default_mode("train_accuracy") == default_mode("validation_r2") == "max"
    assert default_mode("validation_macro_f1") == default_mode("validation_top_k_accuracy") == "max"


def test_the_first_value_is_the_best_so_far_unless_it_is_nan() -> None:
    monitor = Monitor("validation_loss", "min")
    assert monitor.improves(5.0, None)
    assert not monitor.improves(float("nan"), None)


def test_a_change_of_less_than_min_delta_is_none() -> None:
    monitor = Monitor("validation_accuracy", "max", min_delta=0.1)
    assert not monitor.improves(0.55, 0.5)
    assert monitor.improves(0.65, 0.5)
    assert not monitor.improves(0.5, 0.65)
