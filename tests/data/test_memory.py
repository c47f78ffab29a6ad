"""How much memory there can be, as the system says it."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest

from bpcli.data import memory
from bpcli.data.memory import in_words, is_nearly_full, memory_for, most_memory
from bpcli.errors import OutOfMemoryError

GIB = 1 << 30


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for /proc and /sys: a machine of 8 GiB and 1 GiB of swap, no container, no `ulimit`."""
    monkeypatch.setattr(memory, "MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "GROUPS", tmp_path / "groups")
    monkeypatch.setattr(memory, "CONTROL", tmp_path)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    write_facts(tmp_path, available=4 << 20)
    return tmp_path


def write_facts(system: Path, *, available: int) -> None:
    total = f"MemTotal: {8 << 20} kB\nMemAvailable: {available} kB\n"
    (system / "meminfo").write_text(f"{total}SwapTotal: {1 << 20} kB\nSwapFree: 0 kB\nHugePages_Total: 0\n")


def test_there_is_no_more_than_memory_and_swap(system: Path) -> None:
    assert most_memory() == 9 * GIB


@pytest.mark.parametrize(
    ("groups", "file"),
    [
        ("0::/a/b\n", "memory.max"),
        ("0::/a/b\n", "a/memory.max"),
        ("0::/a/b\n", "a/b/memory.max"),
        ("3:cpu:/x\n4:memory:/a\n0::/\n", "memory/a/memory.limit_in_bytes"),
        ("4:memory:/not/here/inside\n", "memory/memory.limit_in_bytes"),
    ],
)
def test_a_container_has_no_more_than_its_own_limit_and_those_around_it(system: Path, groups: str, file: str) -> None:
    (system / "groups").write_text(groups)
    (system / file).parent.mkdir(parents=True, exist_ok=True)
    (system / file).write_text(f"{2 * GIB}\n")
    assert most_memory() == 3 * GIB


def test_a_container_without_a_limit_has_what_the_machine_has(system: Path) -> None:
    (system / "groups").write_text("0::/\n")
    (system / "memory.max").write_text("max\n")
    assert most_memory() == 9 * GIB


def test_a_process_has_no_more_than_its_address_space(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (GIB, resource.RLIM_INFINITY))
    assert most_memory() == GIB


def test_a_system_that_says_nothing_has_what_an_address_reaches(system: Path) -> None:
    (system / "meminfo").unlink()
    assert most_memory() == sys.maxsize
    assert not is_nearly_full()


def test_memory_is_nearly_full_below_two_hundredths(system: Path) -> None:
    assert not is_nearly_full()
    write_facts(system, available=200_000)
    assert not is_nearly_full()
    write_facts(system, available=180_000)
    assert is_nearly_full()


def test_bytes_are_said_in_three_digits() -> None:
    said = [in_words(size) for size in (12, 1000, 3.14e6, 999.6e6, 9.4e12, 2e18, 4e22)]
    assert said == ["12 bytes", "1 kB", "3.14 MB", "1 GB", "9.4 TB", "2 EB", "40,000 EB"]


def test_what_the_memory_was_for_is_said_where_it_runs_out() -> None:
    with pytest.raises(OutOfMemoryError) as caught, memory_for("dream", "sleep"):
        raise MemoryError("no room")
    assert str(caught.value) == "there is not enough memory to dream (no room): sleep, or end other programs"
