"""A checkpoint: everything needed to go on, or to measure, without the config file it came from.

The arrays are the parameters under their names (`layers.0.W`), the optimizer's slots beside them
(`optimizer.velocity.layers.0.W`), the running averages of batch normalisation (`layers.0.running_mean`) and of the
weights (`average.layers.0.W`), the input scaling (`scaler.shift`, `scaler.factor`), and hashes of the rows learned from
(`rows.hashes`, or `rows.filter` where they are many).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bpcli.data.dataset import DataInfo
from bpcli.data.rows import LearnedRows
from bpcli.data.scaling import Scaler
from bpcli.data.stream_batches import StreamBatches
from bpcli.errors import CheckpointError
from bpcli.nn.arrays import Array
from bpcli.nn.network import Network
from bpcli.plain_data import build
from bpcli.runs import npz
from bpcli.runs.old_formats import upgrade
from bpcli.training.divergence import require_finite
from bpcli.training.events import Origin
from bpcli.training.experiment import Experiment
from bpcli.training.state import Counters, State


@dataclass(frozen=True)
class Saved:
    """A checkpoint as read from its file."""

    path: Path
    config: dict[str, Any]
    """the resolved config, as plain data"""
    counters: Counters
    info: DataInfo
    scaler: Scaler
    fingerprint: dict[str, str | int]
    data_sha256: str
    """of the examples it was trained and validated on"""
    arrays: dict[str, Array]
    """parameters by name, and slots under `optimizer.<slot>.<name>`"""
    origin: Origin | None = None
    """where the run started from, if not from drawn weights"""
    rows: LearnedRows | None = None
    """None: not known, as of streams, and of checkpoints before format 2"""

    @property
    def tensors(self) -> dict[str, Array]:
        """The arrays of the network itself: its parameters and running statistics."""
        return {name: array for name, array in self.arrays.items() if name.startswith(_NETWORK)}


def pack_checkpoint(
    experiment: Experiment,
    state: State,
    *,
    config: dict[str, Any],
    fingerprint: dict[str, str | int],
    origin: Origin | None = None,
    rows: LearnedRows | None = None,
) -> npz.Packed:
    """What makes the file of the experiment's parameters and the state, as they are when it is written.

    Raises `DivergedError` for an array not finite.
    """
    network = experiment.objective.network
    parameters = network.parameters
    arrays = {**parameters.views, **network.statistics.views}
    for slot, vector in state.slots.items():
        arrays |= {_slot(slot, name): view for name, view in parameters.split(vector).items()}
    if state.average is not None:
        arrays |= {f"{_AVERAGE}{name}": view for name, view in parameters.split(state.average).items()}
    arrays |= {"scaler.shift": experiment.scaler.shift, "scaler.factor": experiment.scaler.factor}
    require_finite(arrays, step=state.counters.step)
    if rows is not None:
        arrays[_FILTER if rows.is_bloom else _HASHES] = rows.words
    header = {
        "config": config,
        "counters": state.counters.to_dict(),
        "data": asdict(experiment.info),
        "fingerprint": fingerprint,
        "data_sha256": experiment.data_sha256,
        "from": asdict(origin) if origin else None,
    }
    return npz.pack(header, arrays)


def load_checkpoint(path: str | Path) -> Saved:
    """Read and verify a checkpoint. Raises `CheckpointError` if it is not a whole one of a known format."""
    path = Path(path)
    header, arrays = npz.unpack(path)
    try:
        header, arrays = upgrade(header, arrays)
        info = build(DataInfo, header["data"], "data")
        return Saved(
            path=path,
            config=_section(header, "config"),
            counters=Counters.from_dict(_section(header, "counters")),
            info=info,
            scaler=Scaler(_of_inputs(arrays, "scaler.shift", info), _of_inputs(arrays, "scaler.factor", info)),
            fingerprint=build(dict[str, str | int], header["fingerprint"], "fingerprint"),
            data_sha256=build(str, header["data_sha256"], "data_sha256"),
            arrays=arrays,
            origin=build(Origin | None, header["from"], "from"),
            rows=_rows(arrays),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is not a whole bpcli checkpoint: {error} is missing or wrong") from None


def restore_answers(saved: Saved, network: Network) -> None:
    """Make the network answer as the saved one did when measured: with its averaged weights, where it kept any.

    Raises `CheckpointError` if the network is another.
    """
    _fill(saved, network.parameters.views, prefix=_AVERAGE if _has_average(saved) else "")
    _fill(saved, network.statistics.views, prefix="")


def restore(saved: Saved, experiment: Experiment) -> State:
    """Set the network's parameters to the saved ones, and return the saved state; a stream goes on where it stood."""
    state = restore_optimizer(saved, experiment)
    state.counters = saved.counters
    if isinstance(experiment.batches, StreamBatches):
        experiment.batches.go_to(state.counters.position)
    return state


def restore_optimizer(saved: Saved, experiment: Experiment) -> State:
    """Set the network's parameters to the saved ones; the state before the first step of a run that goes on with them.

    A running average that was not kept begins with these parameters. Raises `CheckpointError` for another network or
    optimizer.
    """
    network = experiment.objective.network
    parameters = network.parameters
    _fill(saved, {**parameters.views, **network.statistics.views}, prefix="")
    state = experiment.start()
    for slot, vector in state.slots.items():
        _fill(saved, parameters.split(vector), prefix=_slot(slot, ""))
    if state.average is not None and _has_average(saved):
        _fill(saved, parameters.split(state.average), prefix=_AVERAGE)
    state.counters.step, state.counters.learning_rate = saved.counters.step, saved.counters.learning_rate
    return state


def kept_slots(saved: Saved) -> set[str]:
    """The names of the optimizer's slots."""
    return {name.split(".")[1] for name in saved.arrays if name.startswith(_OPTIMIZER)}


_NETWORK = "layers."
_AVERAGE = "average."
_OPTIMIZER = "optimizer."
_HASHES, _FILTER = "rows.hashes", "rows.filter"


def _has_average(saved: Saved) -> bool:
    return any(name.startswith(_AVERAGE) for name in saved.arrays)


def _slot(slot: str, name: str) -> str:
    return f"{_OPTIMIZER}{slot}.{name}"


def _fill(saved: Saved, views: dict[str, Array], *, prefix: str) -> None:
    for name, view in views.items():
        array = saved.arrays.get(prefix + name)
        if array is None or array.shape != view.shape:
            found = "is missing" if array is None else f"has shape {array.shape}"
            kind = "optimizer" if prefix.startswith(_OPTIMIZER) else "network"
            raise CheckpointError(f"{saved.path} is of another {kind}: {prefix + name} {found}, not {view.shape}")
        view[...] = array


def _rows(arrays: dict[str, Array]) -> LearnedRows | None:
    """The learned rows, taken out of `arrays`. Raises ValueError for what is none."""
    hashes, bits = (arrays.pop(name, None) for name in (_HASHES, _FILTER))
    if hashes is not None:
        return LearnedRows(hashes)
    return None if bits is None else LearnedRows(bits, is_bloom=True)


def _of_inputs(arrays: dict[str, Array], name: str, info: DataInfo) -> Array:
    """Take out an array that has one number for all inputs, or one for each."""
    array = arrays.pop(name)
    if array.shape not in ((), (info.features,)) or array.dtype.kind != "f":
        raise ValueError(name)
    return array


def _section(header: dict[str, Any], key: str) -> dict[str, Any]:
    section = header[key]
    if not isinstance(section, dict):
        raise TypeError(f"{key} in its header")
    return section
