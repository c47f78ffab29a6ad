"""bpcli beside its peers, in one alternating run.

    python -m benchmarks --mnist FOLDER --rounds 5 --output benchmarks/results

FOLDER holds the four original files of MNIST; without it images like them are generated. Every peer trains the same
networks on the same data from the same weights, each in a process of its own, one after the other, again and again;
what is compared are the times of one round. Writes OUTPUT.md and OUTPUT.json.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks import page, processes
from benchmarks.cases import BARS, CASES, VARIANTS, Case
from benchmarks.machine import describe
from benchmarks.rounds import Timings, measure

PEERS = ("bpcli", "own_loop", "bare", "floor", "torch", "torch, flush", "torch.compile", "jax, step", "jax, epoch")
SCIKIT = "scikit-learn"
ALL_PEERS = (*PEERS, SCIKIT)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mnist", type=Path, help="folder of the original files")
    parser.add_argument("--rounds", type=int, default=5, help="half as many for six layers (default: 5)")
    parser.add_argument(
        "--threads",
        choices=["one", "all", "both"],
        default="both",
        help="one: everybody is bound to one processor (default: both, one after the other)",
    )
    parser.add_argument(
        "--cases",
        default="bars",
        help="bars (default), variants (other activations and Adam), all, or names separated by ';', of: "
        + "; ".join(CASES),
    )
    parser.add_argument("--peers", help=f"separated by ';', bpcli always among them, of: {'; '.join(ALL_PEERS)}")
    parser.add_argument("--no-processes", action="store_true", help="leave out the whole processes")
    parser.add_argument("--output", type=Path, default=Path("benchmark"), help="without an ending (default: benchmark)")
    arguments = parser.parse_args()
    machine = describe()
    sections = [
        f"# bpcli beside its peers\n\n{page.table([['', ''], *([k, v] for k, v in machine.items())])}",
        page.explanation(arguments.rounds),
    ]
    results: dict[str, object] = {"machine": machine, "steps": []}
    for threads in {"one": [1], "all": [0], "both": [1, 0]}[arguments.threads]:
        timings = [_timings(case, threads, arguments) for case in _cases(arguments.cases)]
        title = "One thread" if threads else "All threads"
        sections.append(f"## {title}\n\n{page.steps_table(timings)}")
        if threads:
            sections.append(f"## Bars, one thread\n\n{page.bars_table(timings)}")
        results["steps"] += [asdict(of_case) for of_case in timings]  # type: ignore[operator]
    if not arguments.no_processes:
        sections += _processes(arguments, results)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n")
    arguments.output.with_suffix(".md").write_text("\n\n".join(sections) + "\n")
    print("\n\n".join(sections))


def _cases(wanted: str) -> list[Case]:
    groups = {"bars": BARS, "variants": VARIANTS, "all": (*BARS, *VARIANTS)}
    return list(groups[wanted]) if wanted in groups else [CASES[name.strip()] for name in wanted.split(";")]


def _timings(case: Case, threads: int, arguments: argparse.Namespace) -> Timings:
    peers = [peer.strip() for peer in arguments.peers.split(";")] if arguments.peers else list(ALL_PEERS)
    rounds = arguments.rounds if max(case.widths[1:]) < 1000 else max(arguments.rounds // 2, 1)
    with tempfile.TemporaryDirectory() as folder:
        timings = measure(case, peers, folder=Path(folder), mnist=arguments.mnist, threads=threads, rounds=rounds)
    print(f"{case.name}: bpcli {timings.step('bpcli') * 1e6:,.1f} µs a step", file=sys.stderr, flush=True)
    return timings


def _processes(arguments: argparse.Namespace, results: dict[str, object]) -> list[str]:
    numpy = "python -c 'import numpy'"
    tables = {"Start": (processes.starts(2 * arguments.rounds + 1), numpy)}
    if arguments.mnist is not None:
        tables["MNIST to 98 % of the test images, one thread"] = (
            processes.mnist(arguments.mnist, arguments.rounds),
            "torch",
        )
    memory = {name: [run] for name, run in processes.memory(arguments.mnist).items()}
    tables["Memory"] = memory, "everything imported"
    results["processes"] = {title: {name: [asdict(run) for run in runs] for name, runs in table.items()}
                            for title, (table, _) in tables.items()}  # fmt: skip
    return [f"## {title}\n\n{page.processes_table(table, to)}" for title, (table, to) in tables.items()]


if __name__ == "__main__":
    main()
