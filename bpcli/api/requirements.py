"""Requirements of a training, measured where they count: on the checkpoint that is used afterwards."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bpcli.nn.network import Network
from bpcli.training.checkpoint import load_checkpoint, restore_answers
from bpcli.training.evaluate import measure
from bpcli.training.experiment import Experiment
from bpcli.training.requirements import CheckedRequirement, Requirement
from bpcli.training.run_folder import RunFolder, checkpoint_at
from bpcli.training.state import Counters
from bpcli.training.threads import limit_threads


def check_requirements(
    requirements: Sequence[Requirement], experiment: Experiment, folder: RunFolder, counters: Counters
) -> tuple[tuple[CheckedRequirement, ...], dict[str, float]]:
    """The requirements as the run's best checkpoint has them, and the required metrics of the last epoch by full name.

    The network holds the weights that training ended with, and does so again afterwards. What a stream has is what
    was logged. Raises `CheckpointError` for a best checkpoint that cannot be read.
    """
    if not experiment.splits:
        logged = {requirement.name: counters.metrics.get(requirement.name, math.nan) for requirement in requirements}
        return _checked(requirements, logged, folder.last, counters.epoch), logged
    # one thread, as `bpcli eval` has it: the figures are to be the same to the last digit
    with limit_threads(1):
        last = _measured(experiment, requirements)
        if counters.is_best:
            return _checked(requirements, last, folder.best, counters.epoch), last
        saved = load_checkpoint(checkpoint_at(folder.path))
        if saved.counters.step == counters.step:
            return _checked(requirements, last, saved.path, counters.epoch), last
        with _kept(experiment.objective.network):
            restore_answers(saved, experiment.objective.network)
            best = _measured(experiment, requirements)
    checked = (
        CheckedRequirement(
            requirement,
            best[requirement.name],
            saved.path,
            saved.counters.epoch,
            last_epoch=counters.epoch,
            last_value=last[requirement.name],
        )
        for requirement in requirements
    )
    return tuple(checked), last


def _checked(
    requirements: Sequence[Requirement], values: dict[str, float], checkpoint: Path, epoch: int
) -> tuple[CheckedRequirement, ...]:
    return tuple(
        CheckedRequirement(requirement, values[requirement.name], checkpoint, epoch) for requirement in requirements
    )


def _measured(experiment: Experiment, requirements: Sequence[Requirement]) -> dict[str, float]:
    """The required metrics of the network as it is, each split measured once."""
    values: dict[str, float] = {}
    for split in dict.fromkeys(requirement.split for requirement in requirements):
        names = [requirement.metric for requirement in requirements if requirement.split == split]
        measured = measure(experiment.objective, experiment.splits[split](), experiment.metrics(names))
        values |= {f"{split}_{name}": value for name, value in measured.items()}
    return {requirement.name: values[requirement.name] for requirement in requirements}


@contextmanager
def _kept(network: Network) -> Iterator[None]:
    """Afterwards the network is what it was."""
    vectors = (network.parameters.theta, network.statistics.values)
    copies = [vector.copy() for vector in vectors]
    try:
        yield
    finally:
        for vector, copy in zip(vectors, copies, strict=True):
            vector[...] = copy
