"""How much memory this process can have at most, and how much is asked for, in words."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from bpcli.errors import OutOfMemoryError

MEMORY = Path("/proc/meminfo")
"""Where Linux says how much memory the machine has."""

GROUPS = Path("/proc/self/cgroup")
CONTROL = Path("/sys/fs/cgroup")
"""Where Linux says how much of it a container may have."""

NEARLY_FULL = 0.02
"""Share of the memory that is free when it is nearly full."""

_TOTAL_AND_FREE = (("Total", "Total"), ("Available", "Free"))


def most_memory() -> int:
    """Bytes that this process could have if it had the machine to itself: what needs more cannot work.

    The machine's memory and swap, a container's limit, and that of `ulimit -v`; what is free at this moment may be
    less, and more in the next. Where nothing is known of them, what an address can reach.
    """
    total, swap = _machine()
    return min([total + swap, *(limit + swap for limit in _container()), *_process(), sys.maxsize])


def is_nearly_full() -> bool:
    """Whether so little of the machine's memory is free that the system will soon end a process that asks for more."""
    facts = _facts()
    total, free = (facts.get(f"Mem{kind}", 0) + facts.get(f"Swap{swap}", 0) for kind, swap in _TOTAL_AND_FREE)
    return free < NEARLY_FULL * total


@contextmanager
def memory_for(doing: str, advice: str) -> Iterator[None]:
    """Raise OutOfMemoryError, which says what was being done, where the memory runs out inside."""
    try:
        yield
    except MemoryError as error:
        detail = f" ({error})" if str(error) else ""
        error.__traceback__ = None  # and with it all that was made on the way, else there is no room to say so
        message = f"there is not enough memory to {doing}{detail}: {advice}, or end other programs"
        raise OutOfMemoryError(message) from None


def in_words(size: float) -> str:
    """Bytes as `3.1 GB`."""
    for unit in ("bytes", "kB", "MB", "GB", "TB", "PB"):
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.0f} EB"


def _machine() -> tuple[int, int]:
    """Its memory and its swap; without a limit where it is not known."""
    facts = _facts()
    return facts.get("MemTotal", sys.maxsize), facts.get("SwapTotal", 0)


def _facts() -> dict[str, int]:
    """What Linux says of its memory, in bytes; nothing elsewhere."""
    try:
        lines = [line.replace(":", "").split() for line in MEMORY.read_text().splitlines()]
        return {name: int(amount) * 1024 for name, amount, *_ in lines}
    except (OSError, ValueError):
        return {}


def _container() -> Iterator[int]:
    """The limits of the control groups that the process is in, and of those around them."""
    with suppress(OSError, ValueError):
        for line in GROUPS.read_text().splitlines():
            _, controllers, group = line.split(":", 2)
            if controllers in ("", "memory"):  # of version 2, or 1
                root = CONTROL / controllers
                file = "memory.limit_in_bytes" if controllers else "memory.max"
                own = PurePosixPath(group.lstrip("/"))
                for folder in (own, *own.parents):
                    with suppress(OSError, ValueError):  # no such file, or "max"
                        yield int((root / folder / file).read_text())


def _process() -> Iterator[int]:
    """The limit of its address space."""
    if os.name == "posix":
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            yield limit
