"""Row 7: whatever stands in a file, it is a config or is refused in words, soon and in little memory."""

from __future__ import annotations

import json
import resource
import signal
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any, NoReturn

from bpcli.config.load import config_to_yaml, load_config
from bpcli.errors import ConfigError
from torture.children import fork
from torture.config_texts import text
from torture.row import Outcome, Row, Size
from torture.yaml_traps import LARGE

SECONDS = 2.0
"""Of a processor, for a text, with its writing and reading where it is a config: other work does not count."""
MEMORY = 64 << 20
BATCH = 500
LONGEST = 4 * SECONDS
"""After these the text is given up."""
PATIENCE = 600.0
"""Seconds for a batch; a process that takes longer hangs."""


@dataclass
class Tally:
    """What came of a batch."""

    accepted: Counter[str] = field(default_factory=Counter)
    """by kind"""
    slowest: float = 0.0
    largest: int = 0
    """bytes over the baseline"""
    failures: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.accepted.update(other.accepted)
        self.slowest, self.largest = max(self.slowest, other.slowest), max(self.largest, other.largest)
        self.failures += other.failures


def configs(size: Size, folder: Path) -> Outcome:
    """Row 7, in batches, each in a forked process whose address space may grow by 64 MiB.

    A limit of the address space (`RLIMIT_AS`) is kept by the kernel for whatever allocates, C code included, costs
    nothing, and counts more than the memory that is used. The baseline is that of the process before its first text
    (after one small config, which builds pydantic's validator), so what earlier texts of a batch leave behind counts as
    well; the large ones, of a megabyte, are batches of their own.
    The tracing of tracemalloc would take several times as long and see nothing but Python's own.
    """
    count, large = size.of(10_000), size.of(len(LARGE))
    batches = [range(number, number + 1) for number in range(large)]  # what one leaves behind is not the next one's
    batches += [range(start, min(start + BATCH, count)) for start in range(large, count, BATCH)]
    total = Tally()
    for tally in size.each(lambda batch: _forked(batch, large, folder), batches):
        total.add(tally)
    by_kind = ", ".join(f"{number} {kind}" for kind, number in sorted(total.accepted.items()))
    figures = (
        f"{total.accepted.total():,} accepted ({by_kind}); "
        f"at most {total.slowest:.2f} s and {total.largest / (1 << 20):.0f} MiB"
    )
    return Outcome(count, figures, total.failures)


def _forked(numbers: range, large: int, folder: Path) -> Tally:
    """The tally of a batch from a process of its own."""
    home = folder / f"from {numbers[0]}"
    home.mkdir(parents=True)
    code, _ = fork(_work, numbers, large, home, patience=PATIENCE)
    answer = home / "answer.json"
    if not answer.exists():
        at = (home / "number").read_text() if (home / "number").exists() else numbers[0]
        return Tally(failures=[f"text {at}: the process ended with {code}"])
    kept: dict[str, Any] = json.loads(answer.read_text())
    return Tally(Counter(kept["accepted"]), kept["slowest"], kept["largest"], kept["failures"])


def _work(numbers: range, large: int, home: Path) -> None:
    """Try each text, and leave the tally in a file."""
    signal.signal(signal.SIGPROF, _give_up)
    tally = Tally()
    path = home / "c.yaml"
    path.write_text("data: xor\nmodel: {layers: [4, 1]}\n")
    _try(path)
    baseline = _address_space("VmSize")
    for number in numbers:
        (home / "number").write_text(str(number))
        kind, content = text(number, large)
        path.write_bytes(content)
        since = process_time()
        accepted, failure = _limited(path, baseline + MEMORY)
        seconds = process_time() - since
        if failure is None and seconds > SECONDS:
            failure = f"takes {seconds:.1f} s"
        if failure is not None:
            tally.failures.append(f"text {number}, {kind}, {_shortened(content)}: {failure}")
        tally.accepted[kind] += accepted
        tally.slowest = max(tally.slowest, seconds)
    tally.largest = _address_space("VmPeak") - baseline
    (home / "answer.json").write_text(json.dumps(vars(tally)))


def _give_up(number: int, frame: object) -> NoReturn:
    raise TimeoutError(f"takes more than {LONGEST:.0f} s")


def _limited(path: Path, limit: int) -> tuple[bool, str | None]:
    """`_try` in an address space of `limit` bytes, for so long; anything raised from there is a failure."""
    unlimited = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit, unlimited[1]))
    signal.setitimer(signal.ITIMER_PROF, LONGEST)
    try:
        return _try(path)
    except BaseException as error:
        resource.setrlimit(resource.RLIMIT_AS, unlimited)  # for the words
        return False, f"{type(error).__name__}: {_shortened(str(error))}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, unlimited)


def _try(path: Path) -> tuple[bool, str | None]:
    """Whether the text at `path` is accepted, and what is wrong with that, in words."""
    try:
        config = load_config(path)
    except ConfigError as error:
        return False, None if str(error).strip() else "refused without a word"
    path.write_text(config_to_yaml(config), encoding="utf-8")
    try:
        again = load_config(path)
    except ConfigError as error:
        return True, f"accepted, but refused as written: {_shortened(str(error))}"
    alike = again == config and repr(again) == repr(config)  # 1 and 1.0 and true are equal
    return True, None if alike else "accepted, but read back different from what was written"


def _address_space(what: str) -> int:
    """Bytes of the address space of this process, or of its peak, as Linux counts them."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{what}:"))


def _shortened(content: str | bytes) -> str:
    return repr(content if len(content) <= 200 else content[:200]) + ("" if len(content) <= 200 else "...")


ROWS = [
    Row(
        7,
        "mutated and generated configs, every YAML trap",
        "no traceback, at most 2 s and 64 MiB over the baseline each; every accepted config survives write-and-read",
        configs,
    )
]
