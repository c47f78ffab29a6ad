"""A run has a folder of its own."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bpcli.errors import CheckpointError
from bpcli.runs import files
from bpcli.runs.folder import RunFolder, checkpoint_at, find_checkpoint, is_checkpoint, new_run_folder


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_new_run_takes_the_first_free_name() -> None:
    paths = []
    for _ in range(3):
        with new_run_folder(None, "xor") as folder:
            paths.append(str(folder.path))
    assert paths == ["runs/xor", "runs/xor-2", "runs/xor-3"]


def test_a_folder_that_holds_a_checkpoint_is_not_overwritten() -> None:
    Path("out").mkdir()
    Path("out/best.npz").touch()
    with pytest.raises(CheckpointError, match="out already holds a checkpoint: give --resume"):
        new_run_folder(Path("out"), "xor")


def test_a_folder_that_cannot_be_made_is_refused() -> None:
    Path("file").touch()
    with pytest.raises(CheckpointError, match="cannot use file"):
        RunFolder(Path("file"))


def test_a_name_too_long_is_refused_whatever_is_asked_of_it() -> None:
    path = Path("x" * 300)
    assert find_checkpoint("auto", path, "xor") is None
    with pytest.raises(CheckpointError, match="there is no x"):
        find_checkpoint("last", path, "xor")
    with pytest.raises(CheckpointError, match="there is no such checkpoint"):
        find_checkpoint(str(path), None, "xor")
    with pytest.raises(CheckpointError, match="as a run folder: File name too long"):
        RunFolder(path)


def test_a_new_folder_outlasts_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(files, "_sync_folder", lambda folder: flushed.append(str(folder)))
    RunFolder(Path("a/b/c")).close()
    assert sorted(flushed) == [".", "a", "a/b"]
    flushed.clear()
    RunFolder(Path("a/b/c")).close()
    assert flushed == []


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK])
def test_a_file_system_without_locks_can_be_used(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def has_none(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", has_none)
    RunFolder(Path("run")).close()


def test_two_processes_cannot_use_one_folder_and_a_dead_one_holds_nothing(tmp_path: Path) -> None:
    code = "import sys; from bpcli.runs.folder import RunFolder; from pathlib import Path\n"
    code += "f = RunFolder(Path('run')); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, cwd=tmp_path, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(CheckpointError, match=f"in use by process {other.pid}"):
            RunFolder(Path("run"))
        other.kill()
    RunFolder(Path("run")).close()


def test_resume_finds_the_newest_run_of_the_name_that_holds_a_checkpoint() -> None:
    for name in ("xor", "xor-2", "xor-10", "xor-11", "xor-big-12"):
        Path("runs", name).mkdir(parents=True)
    for name in ("xor", "xor-2", "xor-10", "xor-big-12"):
        Path("runs", name, "last.npz").touch()
    assert find_checkpoint("last", None, "xor") == Path("runs/xor-10/last.npz")


def test_auto_starts_afresh_where_there_is_nothing_and_last_does_not() -> None:
    assert find_checkpoint("auto", None, "xor") is None
    with pytest.raises(CheckpointError, match=r"no runs/xor/last\.npz to resume"):
        find_checkpoint("last", None, "xor")


def test_a_path_is_a_checkpoint_or_its_folder_and_agrees_with_the_output() -> None:
    Path("a").mkdir()
    Path("a/last.npz").touch()
    assert find_checkpoint("a", None, "xor") == Path("a/last.npz")
    assert find_checkpoint("a/last.npz", Path("a"), "xor") == Path("a/last.npz")
    with pytest.raises(CheckpointError, match="belongs to the run in a, not to b"):
        find_checkpoint("a", Path("b"), "xor")
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        find_checkpoint("none.npz", None, "xor")


def test_a_run_of_another_config_whose_name_looks_like_a_number_is_passed_over() -> None:
    for path, name in (("runs/p", "p"), ("runs/p-2", "p"), ("runs/p-3", "p-3")):
        Path(path).mkdir(parents=True)
        Path(path, "last.npz").touch()
        Path(path, "config.yaml").write_text(f"name: {name}\nseed: 0\n")
    assert find_checkpoint("last", None, "p") == Path("runs/p-2/last.npz")
    assert find_checkpoint("last", None, "p-3") == Path("runs/p-3/last.npz")


def test_a_run_that_was_killed_before_its_first_last_checkpoint_goes_on_from_the_best() -> None:
    Path("out").mkdir()
    Path("out/best.npz").touch()
    assert find_checkpoint("auto", Path("out"), "p") == Path("out/best.npz")
    assert find_checkpoint("last", Path("out"), "p") == Path("out/best.npz")


def test_a_folder_or_an_npz_is_a_checkpoint_and_a_yaml_a_config() -> None:
    Path("run.d").mkdir()
    assert is_checkpoint(Path("run.d"))
    assert is_checkpoint(Path("nowhere.npz"))
    assert not is_checkpoint(Path("config.yaml"))


def test_a_run_folder_stands_for_its_best_checkpoint_else_its_last() -> None:
    Path("run").mkdir()
    with pytest.raises(CheckpointError, match=r"the folder run holds no checkpoint: give a run folder, or a best"):
        checkpoint_at(Path("run"))
    Path("run/last.npz").touch()
    assert checkpoint_at(Path("run")) == Path("run/last.npz")
    Path("run/best.npz").touch()
    assert checkpoint_at(Path("run")) == Path("run/best.npz")
    assert checkpoint_at(Path("run/last.npz")) == Path("run/last.npz")


@pytest.mark.parametrize("written", ["name: p-3", "name: 'p-3'", 'name: "p-3"'])
def test_a_folder_is_of_the_run_that_its_config_names(written: str) -> None:
    """runs/p-3 may be the third of p or the first of p-3."""
    for name in ("p-3", "p-3-2"):
        Path("runs", name).mkdir(parents=True)
        Path("runs", name, "last.npz").touch()
    assert find_checkpoint("auto", None, "p") == Path("runs/p-3/last.npz")
    for name in ("p-3", "p-3-2"):
        Path("runs", name, "config.yaml").write_text(f"{written}\nseed: 0\n")
    assert find_checkpoint("auto", None, "p") is None
    assert find_checkpoint("auto", None, "p-3") == Path("runs/p-3-2/last.npz")


def test_the_name_of_a_run_may_be_of_any_script() -> None:
    Path("runs/è-2").mkdir(parents=True)
    Path("runs/è-2/last.npz").touch()
    Path("runs/è-2/config.yaml").write_bytes("name: è\n".encode())
    assert find_checkpoint("auto", None, "è") == Path("runs/è-2/last.npz")


@pytest.mark.parametrize(
    ("files", "is_taken_again"),
    [
        ([], True),
        ([".lock", ".config.yaml.tmp", "log.csv"], True),
        (["config.yaml", "log.csv"], True),
        (["config.yaml", "last.npz"], False),
        (["notes.txt"], False),
    ],
)
def test_a_run_killed_before_its_first_checkpoint_is_begun_again_in_its_folder(
    files: list[str], is_taken_again: bool
) -> None:
    Path("runs/p").mkdir(parents=True)
    for name in files:
        Path("runs/p", name).write_bytes(b"config" if name == "config.yaml" else b"")
    with new_run_folder(None, "p", again=b"config") as folder:
        assert folder.path == Path("runs/p" if is_taken_again else "runs/p-2")


@pytest.mark.parametrize("again", [None, b"another config"])
def test_another_run_does_not_begin_there(again: bytes | None) -> None:
    Path("runs/p").mkdir(parents=True)
    Path("runs/p/config.yaml").write_bytes(b"config")
    with new_run_folder(None, "p", again=again) as folder:
        assert folder.path == Path("runs/p-2")


def test_a_folder_that_somebody_is_in_or_that_cannot_be_read_is_not_begun_again() -> None:
    with new_run_folder(None, "p", again=b"config"), new_run_folder(None, "p", again=b"config") as second:
        assert second.path == Path("runs/p-2")
    Path("runs/q/config.yaml").mkdir(parents=True)
    with new_run_folder(None, "q", again=b"config") as folder:
        assert folder.path == Path("runs/q-2")


@pytest.mark.parametrize("content", ["", "no number", "999999999", "9" * 30])
def test_a_holder_that_does_not_say_who_it_is_is_another_process(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with RunFolder(Path("run")):
        Path("run/.lock").write_text(content)
        with pytest.raises(CheckpointError, match="is in use by another process: wait for it"):
            RunFolder(Path("run"))


def test_somebody_elses_process_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(process: int, signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr("os.kill", refuse)
    with RunFolder(Path("run")), pytest.raises(CheckpointError, match=f"is in use by process {os.getpid()}: wait"):
        RunFolder(Path("run"))
