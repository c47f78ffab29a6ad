"""Start a new run from the weights of a checkpoint."""

from __future__ import annotations

from dataclasses import asdict

from bpcli.api.other_data import other_data
from bpcli.config.load import config_from_data
from bpcli.config.sections import Config
from bpcli.errors import CheckpointError
from bpcli.nn.activations import AnyActivation
from bpcli.nn.arrays import Array
from bpcli.nn.layers import Normalization
from bpcli.training.checkpoint import Saved, kept_slots, restore_answers, restore_optimizer
from bpcli.training.experiment import Experiment
from bpcli.training.state import State


def warm_start(saved: Saved, config: Config, experiment: Experiment, *, keep_optimizer: bool) -> State:
    """The state before the first step of a run of the resolved `config` from `saved`, its weights set in the network.

    They are the weights that the checkpoint answers with, and the optimizer begins anew; with `keep_optimizer` they
    are those that its training had come to, and the slots of the optimizer, the running average of the weights and the
    count of updates go on. Raises `CheckpointError` where the network, the data or the optimizer to keep are others.
    """
    problems = [*other_data(saved, experiment.info), *other_network(saved, config, experiment)]
    if keep_optimizer:
        problems += _other_optimizer(saved, config, experiment)
    if problems:
        raise CheckpointError(f"cannot start from {saved.path}: {'; '.join(problems)}")
    if keep_optimizer:
        return restore_optimizer(saved, experiment)
    restore_answers(saved, experiment.objective.network)
    return experiment.start()


def other_network(saved: Saved, config: Config, experiment: Experiment) -> list[str]:
    """Layers of another shape, or that compute something else."""
    network = experiment.objective.network
    then, now = _shapes(saved.tensors), _shapes({**network.parameters.views, **network.statistics.views})
    for name in {**then, **now}:
        if then.get(name) != now.get(name):
            old_shape, new_shape = (shapes.get(name, "not there") for shapes in (then, now))
            return [f"its {name} is {old_shape}, and here {new_shape}: write the same model"]
    trained = config_from_data(saved.config).model.layers
    for i, (old, new) in enumerate(zip(trained, config.model.layers, strict=True)):
        for was, found in ((old.normalization, new.normalization), (old.activation, new.activation)):
            if was != found:
                return [f"its layers[{i}] has {_shown(was)}, and here {_shown(found)}: write the same model"]
    return []


def _other_optimizer(saved: Saved, config: Config, experiment: Experiment) -> list[str]:
    was, is_now = config_from_data(saved.config).optimizer.name, config.optimizer.name
    if was != is_now:
        return [f"it was trained by {was}, and here by {is_now}: write the same optimizer, or reset its state"]
    then, now = kept_slots(saved), set(experiment.update.optimizer.init(experiment.objective.network.parameters.theta))
    if then != now:
        shown = (", ".join(sorted(slots)) or "nothing" for slots in (then, now))
        return ["its {} keeps {}, and here {}: write the same optimizer, or reset its state".format(was, *shown)]
    return []


def _shapes(arrays: dict[str, Array]) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in arrays.items()}


def _shown(section: Normalization | AnyActivation | None) -> str:
    """`leaky_relu slope 0.01`"""
    if section is None:
        return "no normalization"
    values = asdict(section)
    return " ".join([values.pop("name"), *(f"{key} {value}" for key, value in values.items())])
