"""Check the gradients of a config, of a checkpoint, or of every part of bpcli."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, overload

import numpy as np

from bpcli.api.checkpoint_config import checkpoint_config
from bpcli.api.start import require_learned_data
from bpcli.checks.faults import FaultName
from bpcli.checks.gradcheck import ATOL, EPS, RTOL, check_objective
from bpcli.checks.suite import check_suite
from bpcli.checks.verdicts import GradcheckReport
from bpcli.config.load import config_from_data, config_to_data, read_config
from bpcli.config.rules.metrics import without_monitors
from bpcli.config.sections import Config
from bpcli.data.sources.stream import Stream
from bpcli.errors import UsageError
from bpcli.experiment.build import build
from bpcli.experiment.threads import limit_threads
from bpcli.runs.checkpoint import load_checkpoint, restore_answers
from bpcli.runs.folder import checkpoint_at, is_checkpoint
from bpcli.training.experiment import Experiment

MOST_EXAMPLES = 64
"""of the batch that is checked"""


@dataclass(frozen=True)
class SuiteReport:
    """The checks of every part of bpcli, in combinations."""

    cases: tuple[tuple[str, GradcheckReport], ...]
    """what was combined, and what was found"""

    @property
    def passed(self) -> bool:
        return all(report.passed for _, report in self.cases)

    @property
    def max_relative_error(self) -> float:
        """The worst of all cases."""
        return max(report.max_relative_error for _, report in self.cases)

    @property
    def checked(self) -> int:
        """Entries compared, in all cases."""
        return sum(report.checked for _, report in self.cases)

    def to_dict(self) -> dict[str, Any]:
        """The object that `bpcli gradcheck --json` prints; each tensor says of which case it is."""
        tensors = [{"case": name, **tensor} for name, report in self.cases for tensor in report.to_dict()["tensors"]]
        return {
            "passed": self.passed,
            "cases": len(self.cases),
            "checked": self.checked,
            "max_relative_error": self.max_relative_error,
            "tensors": tensors,
        }


@overload
def gradcheck(
    target: None = None,
    *,
    overrides: Sequence[str] = ...,
    eps: float = ...,
    atol: float = ...,
    rtol: float = ...,
    samples: int | None = ...,
    fast: bool = ...,
    seed: int = ...,
    inject: FaultName | None = ...,
) -> SuiteReport: ...


@overload
def gradcheck(
    target: Config | str | Path,
    *,
    overrides: Sequence[str] = ...,
    eps: float = ...,
    atol: float = ...,
    rtol: float = ...,
    samples: int | None = ...,
    fast: bool = ...,
    seed: int = ...,
    inject: FaultName | None = ...,
) -> GradcheckReport: ...


def gradcheck(
    target: Config | str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    eps: float = EPS,
    atol: float = ATOL,
    rtol: float = RTOL,
    samples: int | None = None,
    fast: bool = False,
    seed: int = 0,
    inject: FaultName | None = None,
) -> GradcheckReport | SuiteReport:
    """Compare back-propagation with numerical gradients, in float64.

    `target` is a config (or the path of one), a checkpoint or a run folder, changed by `key=value` overrides: that
    very network is checked on the first batch of its training data (64 examples at most). Without a target every
    layer, activation, loss and penalty is checked, in combinations. `eps`, `atol`, `rtol`, `samples`, `fast` and
    `seed` are those of `bpcli.checks.gradcheck.check_objective`; `inject` plants a bug that must be found.

    Raises `ConfigError`, `DataError`, `CheckpointError`, and `UsageError` for an option that cannot be used.
    """
    options: dict[str, Any] = {
        "eps": eps,
        "atol": atol,
        "rtol": rtol,
        "samples": samples,
        "fast": fast,
        "seed": seed,
        "fault": inject,
    }
    with limit_threads(1), np.errstate(all="ignore"):  # what overflows shows in the figures
        if target is None:
            return _suite(options)
        experiment = _experiment(target, overrides)
        X, T = next(filter(None, experiment.batches.epoch(0)))
        count = min(len(X), MOST_EXAMPLES)
        return check_objective(experiment.objective, X[:count].copy(), T[:count].copy(), **options)


def _suite(options: dict[str, Any]) -> SuiteReport:
    cases = tuple(check_suite(**options))
    if not cases:
        raise UsageError(f"no case of the suite can show the fault '{options['fault']}'")
    return SuiteReport(cases)


def _experiment(target: Config | str | Path, overrides: Sequence[str]) -> Experiment:
    """The target's experiment in float64, with the weights and scaling of a checkpoint where it is one."""
    if isinstance(target, Config):
        return build(_in_one_batch(config_from_data(config_to_data(target), overrides)), dtype=np.float64)[1]
    target = Path(target)
    if not is_checkpoint(target):
        config, document = read_config(target, overrides)
        with document.locating():
            return build(_in_one_batch(config), dtype=np.float64)[1]
    saved = load_checkpoint(checkpoint_at(target))
    config = _in_one_batch(without_monitors(checkpoint_config(saved, overrides)))
    require_learned_data(saved, config, "check")
    experiment = build(config, dtype=np.float64, scaler=saved.scaler)[1]
    restore_answers(saved, experiment.objective.network)
    return experiment


def _in_one_batch(config: Config) -> Config:
    """Of a stream the first rows, which come in smaller updates otherwise."""
    stream = config.data
    if not isinstance(stream, Stream):
        return config
    stream.require_file()
    return replace(config, data=replace(stream, batch_size=MOST_EXAMPLES, window=None))
