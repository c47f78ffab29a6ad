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
from collections.abc import Collection
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
    parser.add_argument("--mnist", type=_folder, metavar="FOLDER", help="the original files")
    parser.add_argument("--rounds", type=_count, default=3, metavar="N", help="default: 3")
    parser.add_argument(
        "--threads",
        choices=["one", "all", "both"],
        default="both",
        help="one: everybody is bound to one processor (default: both, one after the other)",
    )
    parser.add_argument(
        "--cases",
        type=_cases,
        default="bars",
        metavar="NAMES",
        help="bars (default), variants (other activations and Adam), all, or names separated by ';', of: "
        + "; ".join(CASES),
    )
    parser.add_argument(
        "--peers",
        type=_peers,
        default=ALL_PEERS,
        metavar="NAMES",
        help=f"separated by ';', beside bpcli itself (default: all), of: {'; '.join(ALL_PEERS[1:])}",
    )
    parser.add_argument("--no-processes", action="store_true", help="leave out the whole processes")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("benchmark"),
        metavar="PATH",
        help="without .md and .json (default: benchmark)",
    )
    arguments = parser.parse_args()
    machine = describe()
    sections = [
        f"# bpcli beside its peers\n\n{page.table([['', ''], *([k, v] for k, v in machine.items())])}",
        page.explanation(arguments.rounds, arguments.mnist),
    ]
    results: dict[str, object] = {"machine": machine, "steps": []}
    for threads in {"one": [1], "all": [0], "both": [1, 0]}[arguments.threads]:
        timings = [_timings(case, threads, arguments) for case in arguments.cases]
        title = "One thread" if threads else "All threads"
        sections.append(f"## {title}\n\n{page.steps_table(timings)}")
        if threads and "torch" in arguments.peers and any(case.name in page.BARS for case in arguments.cases):
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
    return list(groups[wanted]) if wanted in groups else [CASES[name] for name in _names(wanted, CASES)]


def _peers(wanted: str) -> list[str]:
    return list(dict.fromkeys(["bpcli", *_names(wanted, ALL_PEERS)]))


def _names(wanted: str, known: Collection[str]) -> list[str]:
    names = [name.strip() for name in wanted.split(";")]
    if unknown := [name for name in names if name not in known]:
        raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}; there are {'; '.join(known)}")
    return names


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number greater than 0")
    return int(text)


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text!r}")
    return Path(text)


def _timings(case: Case, threads: int, arguments: argparse.Namespace) -> Timings:
    with tempfile.TemporaryDirectory() as folder:
        timings = measure(
            case, arguments.peers, folder=Path(folder), mnist=arguments.mnist, threads=threads, rounds=arguments.rounds
        )
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
