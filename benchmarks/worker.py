"""A process that trains one case with one peer, once for every line it is sent.

    python -m benchmarks.worker PEER CASE FOLDER THREADS

FOLDER holds data.npz (x, y), weights.npz and, for bpcli, config.yaml. THREADS is 1, or 0 for all there are.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # NumPy reads the environment when it is imported
    from benchmarks.peers import Prepare, Train

KNOBS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Environment variables by which the libraries take their number of threads."""


def main() -> None:
    peer, case_name, folder, threads = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
    if threads:
        os.environ |= dict.fromkeys(KNOBS, str(threads))
    if threads == 1 and hasattr(os, "sched_setaffinity"):  # JAX has no switch that keeps it from a second processor
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    train = _prepare(peer, case_name, folder)
    for _ in sys.stdin:
        print(json.dumps(train()), flush=True)


def _prepare(peer: str, case_name: str, folder: Path) -> Train:
    if peer in ("bpcli", "own_loop"):
        from benchmarks.peers import tool

        return {"bpcli": tool.complete, "own_loop": tool.own_loop}[peer](folder / "config.yaml")
    import numpy as np

    from benchmarks.cases import CASES

    arrays, saved = np.load(folder / "data.npz"), np.load(folder / "weights.npz")
    weights = [(saved[f"W{i}"], saved[f"b{i}"]) for i in range(len(saved.files) // 2)]
    return _of(peer)(CASES[case_name], arrays["x"], arrays["y"], weights)


def _of(peer: str) -> Prepare:
    if peer.startswith("torch"):
        from benchmarks.peers import pytorch

        return {
            "torch": pytorch.eager,
            "torch, flush": pytorch.eager_flushing,
            "torch.compile": pytorch.compiled,
        }[peer]
    if peer.startswith("jax"):
        from benchmarks.peers import xla

        return {"jax, step": xla.per_step, "jax, epoch": xla.whole_epoch}[peer]
    from benchmarks.peers import bare, floor

    if peer == "scikit-learn":
        from benchmarks.peers import scikit

        return scikit.prepare
    return {"bare": bare.prepare, "floor": floor.prepare}[peer]


if __name__ == "__main__":
    main()
