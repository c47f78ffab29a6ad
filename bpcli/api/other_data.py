"""Whether data are such as a network has learnt from."""

from __future__ import annotations

from bpcli.training.checkpoint import Saved
from bpcli.training.experiment import Experiment

MOST_NAMES = 20
"""that are listed where some are not as they were"""


def other_data(saved: Saved, experiment: Experiment) -> list[str]:
    """What the data of the experiment have otherwise than those that the checkpoint was trained on, and what to do."""
    then, now = saved.info, experiment.info
    if then.features != now.features:
        return [f"it takes {then.features} features, and these data have {now.features}: give data of the same columns"]
    if then.feature_names and now.feature_names and then.feature_names != now.feature_names:
        was, found = _unlike(then.feature_names, now.feature_names)
        return [f"its columns are {was}, and those of these data {found}: put them in its order"]
    if then.class_names != now.class_names:
        was, found = (text or "numbers" for text in _unlike(then.class_names, now.class_names))
        classes = f": [{was}]" if len(then.class_names) <= MOST_NAMES else ", all of them in its order,"
        hint = f"write data.classes{classes} for a CSV file" if then.class_names else "give data of its kind"
        return [f"its targets are {was}, and those of these data {found}: {hint}"]
    if (then.target_names, then.target_classes) != (now.target_names, now.target_classes):
        was, found = (text or "without names" for text in _unlike(then.target_names, now.target_names))
        return [f"its targets are {was}, and those of these data {found}, or have other classes: give data of its kind"]
    return []


def _unlike(then: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, str]:
    """The names of both, or of very many the first that differ; empty where there are none."""
    if max(len(then), len(now)) <= MOST_NAMES:
        return ", ".join(then), ", ".join(now)
    place = next((i for i, (was, found) in enumerate(zip(then, now, strict=False)) if was != found), None)
    return _in_short(then, place), _in_short(now, place)


def _in_short(names: tuple[str, ...], place: int | None) -> str:
    if place is None or not names:
        return f"{len(names):,} names" if names else ""
    return f"{len(names):,} names with {names[place]} as number {place + 1:,}"
