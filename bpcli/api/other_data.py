"""Whether data are such as a network has learnt from."""

from __future__ import annotations

from bpcli.training.checkpoint import Saved
from bpcli.training.experiment import Experiment


def other_data(saved: Saved, experiment: Experiment) -> list[str]:
    """What the data of the experiment have otherwise than those that the checkpoint was trained on, and what to do."""
    then, now = saved.info, experiment.info
    if then.features != now.features:
        return [f"it takes {then.features} features, and these data have {now.features}: give data of the same columns"]
    if then.feature_names and now.feature_names and then.feature_names != now.feature_names:
        was, found = ", ".join(then.feature_names), ", ".join(now.feature_names)
        return [f"its columns are {was}, and those of these data {found}: put them in its order"]
    if then.class_names != now.class_names:
        was, found = (", ".join(info.class_names) or "numbers" for info in (then, now))
        hint = f"write data.classes: [{was}] for a CSV file" if then.class_names else "give data of its kind"
        return [f"its targets are {was}, and those of these data {found}: {hint}"]
    if (then.target_names, then.target_classes) != (now.target_names, now.target_classes):
        was, found = (", ".join(info.target_names) or "without names" for info in (then, now))
        return [f"its targets are {was}, and those of these data {found}, or have other classes: give data of its kind"]
    return []
