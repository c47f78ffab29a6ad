"""Whether data are such as a network has learned from."""

from __future__ import annotations

from bpcli.config.sections import Config
from bpcli.config.task import with_task
from bpcli.data.dataset import DataInfo
from bpcli.errors import CheckpointError, DataError, listed
from bpcli.training.checkpoint import Saved


def require_learned_data(saved: Saved, config: Config, what: str) -> None:
    """Raise `CheckpointError` for data of other columns, targets or classes, which it is no use to `what` it on."""
    try:
        problems = other_data(saved, with_task(config).data.info())
    except DataError as error:
        problems = [str(error)]
    if problems:
        raise CheckpointError(f"cannot {what} {saved.path}: {'; '.join(problems)}")


def other_data(saved: Saved, now: DataInfo) -> list[str]:
    """How data differ from those that the checkpoint was trained on, and what to do; empty where they do not."""
    then = saved.info
    if then.feature_names and now.feature_names and then.feature_names != now.feature_names:
        return [_other_columns(then.feature_names, now.feature_names)]
    if then.features != now.features:
        return [f"it takes {then.features} features, and these data have {now.features}: give data of the same columns"]
    if then.class_names != now.class_names:
        return [f"its targets are {_classes(then.class_names)}, and those of these data {_classes(now.class_names)}"]
    if (then.targets, then.target_names) != (now.targets, now.target_names):
        had, have = (listed(info.target_names) or f"{info.targets} numbers" for info in (then, now))
        return [f"its targets are {had}, and those of these data {have}: give data of the same targets"]
    for name, was, found in zip(then.target_names, then.target_classes, now.target_classes, strict=False):
        if was != found:
            return [f"its {name} is {_classes(was)}, and that of these data {_classes(found)}"]
    return []


def _classes(names: tuple[str, ...]) -> str:
    return f"the classes {listed(names)}" if names else "numbers"


def _other_columns(then: tuple[str, ...], now: tuple[str, ...]) -> str:
    """The first differences between the names of features."""
    missing, added = ([name for name in one if name not in set(other)] for one, other in ((then, now), (now, then)))
    if not missing and not added:
        place = next(place for place, (was, found) in enumerate(zip(then, now, strict=True)) if was != found)
        where = f"its feature {place + 1} is {then[place]}, and that of these data {now[place]}"
        return f"{where}: put the columns in its order"
    lacks = f"these data lack its {_columns(missing)}" if missing else ""
    has = f"these data have {_columns(added)}, which it has not learned from" if added else ""
    return f"{' and '.join(filter(None, (lacks, has)))}: give data of the same columns"


def _columns(names: list[str]) -> str:
    return f"column{'s' * (len(names) > 1)} {listed(names)}"
