"""A run writes over nothing but what is its own, whatever stands under the names of its files."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bpcli.api.evaluate import evaluate
from bpcli.api.train import train
from bpcli.config.load import load_config
from bpcli.config.sections import Config
from bpcli.errors import BpcliError, CheckpointError, OutputError
from bpcli.runs.folder import RunFolder
from bpcli.runs.log import read_log
from bpcli.training.events import Evaluated, Event

from .conftest import arrays, rows, with_training

WRITTEN = (".lock", "config.yaml", "log.csv", "last.npz", "best.npz")
TEMPORARY = tuple(f".{name}.tmp" for name in WRITTEN)


def link_to_a_file(path: Path) -> None:
    Path("theirs").write_text("theirs")
    path.symlink_to(Path("theirs").absolute())


def link_to_nothing(path: Path) -> None:
    path.symlink_to(Path("theirs").absolute())


def link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def bound_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket may be only so long
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)
    os.chdir(here)


KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "link": (link_to_a_file, "a symbolic link"),
    "dangling link": (link_to_nothing, "a symbolic link"),
    "link to a device": (link_to_a_device, "a symbolic link"),
    "pipe": (os.mkfifo, "a pipe"),
    "socket": (bound_socket, "a socket"),
    "folder": (Path.mkdir, "a folder"),
}


@pytest.fixture(autouse=True)
def _nothing_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    signal.alarm(60)
    yield
    signal.alarm(0)


def seen(folder: Path) -> dict[str, object]:
    """What is in a folder: of each name its kind, and the content of a file."""
    return {path.name: path.read_bytes() if path.is_file() else path.lstat().st_mode for path in folder.iterdir()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [*WRITTEN, *TEMPORARY])
@pytest.mark.parametrize("dry_run", [False, True])
def test_what_is_no_file_is_refused_by_name_and_left_alone(
    moons: Config, name: str, kind: str, *, dry_run: bool
) -> None:
    Path("run").mkdir()
    make, called = KINDS[kind]
    make(Path("run", name))
    before = {folder: seen(Path(folder)) for folder in (".", "run")}
    with pytest.raises(CheckpointError, match=rf"run/{name} is {called}; .*: move that away, or use another folder"):
        train(moons, output="run", dry_run=dry_run)
    assert {folder: seen(Path(folder)) for folder in before} == before


@pytest.mark.parametrize("kind", ["link", "dangling link", "pipe"])
@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("resume", ["last", "best", "auto", "run", "run/best.npz"])
def test_a_run_does_not_go_on_there_either(one_run: Config, resume: str, name: str, kind: str) -> None:
    Path("run", name).unlink()
    make, called = KINDS[kind]
    make(Path("run", name))
    with pytest.raises(CheckpointError, match=rf"run/{name} is {called}"):
        train(one_run, output="run", resume=resume)


@pytest.fixture
def one_run(moons: Config) -> Config:
    """The config of a run of one epoch, in the folder `run`."""
    config = with_training(moons, epochs=1)
    train(config, output="run")
    return config


def test_all_that_is_no_file_is_said_at_once() -> None:
    Path("run").mkdir()
    os.mkfifo("run/last.npz")
    link_to_nothing(Path("run/.lock"))
    with pytest.raises(CheckpointError, match=r"run/\.lock is a symbolic link, run/last\.npz is a pipe; "):
        RunFolder(Path("run"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only a superuser makes devices")
def test_a_device_is_refused(moons: Config) -> None:
    Path("run").mkdir()
    try:
        os.mknod("run/log.csv", 0o600 | 0o020000, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("not even a superuser makes devices here")
    with pytest.raises(CheckpointError, match=r"run/log\.csv is a device"):
        train(moons, output="run")


@pytest.mark.parametrize("name", ["last.npz", "best.npz"])
def test_a_checkpoint_that_is_a_pipe_or_leads_nowhere_is_refused_by_whoever_reads_it(
    one_run: Config, name: str
) -> None:
    for make, why in ((os.mkfifo, "it is not a file"), (link_to_nothing, "No such file")):
        Path("run", name).unlink()
        make(Path("run", name))
        with pytest.raises(CheckpointError, match=f"cannot read run/{name}: {why}"):
            evaluate(f"run/{name}")
        with pytest.raises(CheckpointError, match=f"cannot read run/{name}: {why}"):
            train(one_run, start_from=f"run/{name}")
    if name == "best.npz":  # which stands for the run: the other is not measured in its place without a word
        with pytest.raises(CheckpointError, match=r"cannot read run/best\.npz"):
            evaluate("run")


def test_a_checkpoint_reached_by_a_link_is_read(one_run: Config) -> None:
    Path("best").symlink_to("run/best.npz")
    assert evaluate("best").loss == evaluate("run/best.npz").loss


def test_a_run_folder_may_be_reached_by_a_link(moons: Config) -> None:
    Path("real").mkdir()
    Path("link").symlink_to("real")
    train(with_training(moons, epochs=1), output="link")
    assert train(with_training(moons, epochs=2), output="link", resume="last").epochs == 2
    assert evaluate("link").checkpoint == Path("link/best.npz")
    assert len(read_log(Path("real/log.csv"))) == 2


def copy_by_links(run: str, copy: str) -> None:
    """As `cp -al` does."""
    shutil.copytree(run, copy, copy_function=os.link)


def test_a_copy_of_hard_links_goes_on_and_the_original_keeps_every_byte(one_run: Config) -> None:
    copy_by_links("run", "copy")
    before = seen(Path("run"))
    result = train(with_training(one_run, epochs=3), output="copy", resume="last")
    assert result.epochs == 3
    assert seen(Path("run")) == before
    assert [row["epoch"] for row in read_log(Path("copy/log.csv"))] == ["1", "2", "3"]


def test_a_copy_whose_log_is_cut_leaves_the_original_its_rows(moons: Config) -> None:
    train(with_training(moons, epochs=1), output="run")
    shutil.copy("run/last.npz", "earlier.npz")
    train(with_training(moons, epochs=2), output="run", resume="last")
    copy_by_links("run", "copy")
    Path("copy/last.npz").unlink()
    shutil.copy("earlier.npz", "copy/last.npz")
    before = seen(Path("run"))
    train(with_training(moons, epochs=3), output="copy", resume="last")
    assert seen(Path("run")) == before
    assert len(read_log(Path("copy/log.csv"))) == 3


def test_a_copy_of_hard_links_can_be_used_while_the_original_trains(one_run: Config) -> None:
    copy_by_links("run", "copy")
    with RunFolder(Path("run")):
        assert train(with_training(one_run, epochs=2), output="copy", resume="last").epochs == 2
        with pytest.raises(CheckpointError, match="run is in use by process"):
            RunFolder(Path("run"))
    with RunFolder(Path("copy")), pytest.raises(CheckpointError, match="copy is in use by process"):
        RunFolder(Path("copy"))


def test_a_copy_made_while_a_run_trains_stays_as_it_was(moons: Config) -> None:
    """The log gets a row an epoch, and the copy is made after the first."""
    kept: dict[str, object] = {}

    def copy(event: Event) -> None:
        if isinstance(event, Evaluated) and event.epoch == 1:
            copy_by_links("run", "copy")
            kept.update(seen(Path("copy")))

    train(moons, output="run", on_event=copy)
    assert seen(Path("copy")) == kept
    assert len(rows(Path("copy"))) == 1
    assert len(rows(Path("run"))) == 3


def test_a_log_replaced_by_a_link_under_the_run_is_not_written_to(moons: Config) -> None:
    def replace(event: Event) -> None:
        if isinstance(event, Evaluated) and event.epoch == 1:
            shutil.move("run/log.csv", "theirs")
            Path("run/log.csv").symlink_to(Path("theirs").absolute())

    with pytest.raises(OutputError, match=r"cannot write run/log\.csv: it is not a file"):
        train(moons, output="run", on_event=replace)
    assert len(Path("theirs").read_text().splitlines()) == 2


def test_a_dry_run_says_what_the_training_would_say(one_run: Config) -> None:
    Path("file").touch()
    Path("mine").mkdir()
    Path("mine/log.csv").write_text("my own")
    Path("log").symlink_to("nowhere")
    shutil.copytree("run", "changed")
    Path("changed/log.csv").write_text("shorter")
    shutil.copytree("run", "used")
    refused: list[dict[str, str]] = [
        {"output": "run"},
        {"output": "file"},
        {"output": "file/below/it"},
        {"output": "log"},
        {"output": "mine"},
        {"output": "x" * 300},
        {"output": "changed", "resume": "last"},
        {"output": "used", "resume": "last"},
    ]
    with RunFolder(Path("used")):
        for options in refused:
            said = []
            for dry_run in (True, False):
                before = {str(path) for path in Path().rglob("*")}
                with pytest.raises(BpcliError) as error:
                    train(one_run, dry_run=dry_run, **options)
                said.append(str(error.value))
                assert {str(path) for path in Path().rglob("*")} - before <= {"mine/.lock", "changed/.lock"}
            assert said[0] == said[1], options


def test_a_header_that_is_too_large_is_said_by_a_dry_run_too(moons: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bpcli.runs.npz.HEADER_LIMIT", 1000)
    said = []
    for dry_run in (True, False):
        with pytest.raises(CheckpointError, match=r"header may take 1,000 bytes, .*: use shorter names") as error:
            train(moons, dry_run=dry_run)
        said.append(str(error.value))
        assert not list(Path().rglob("*.npz"))
    assert len(set(said)) == 1


def test_a_table_of_very_many_named_columns_is_trained_and_measured() -> None:
    columns = [f"ENSG{i:011}.{i % 17}" for i in range(60_000)]
    rows = [",".join(["0.5" if (i + k) % 7 else "0.25" for i in range(60_000)] + ["pq"[k % 2]]) for k in range(4)]
    Path("wide.csv").write_text("\n".join([",".join([*columns, "y"]), *rows]))
    data = "data: {name: csv, file: wide.csv, target: y, test_fraction: 0.5}"
    Path("c.yaml").write_text(f"{data}\nmodel: {{layers: [2]}}\ntraining: {{epochs: 1}}\n")
    config = load_config("c.yaml")
    train(config, output="run")
    assert train(with_training(config, epochs=2), output="run", resume="last").epochs == 2
    assert evaluate("run").loss > 0


@pytest.mark.parametrize("make", [Path.touch, lambda path: path.symlink_to("nowhere")])
@pytest.mark.parametrize("dry_run", [False, True])
def test_runs_that_is_no_folder_is_refused(moons: Config, make: Callable[[Path], object], *, dry_run: bool) -> None:
    make(Path("runs"))
    with pytest.raises(
        CheckpointError, match=r"cannot make runs/moons: (Not a directory|File exists); choose a folder"
    ):
        train(moons, dry_run=dry_run)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="a superuser may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_said_with_what_to_do(one_run: Config) -> None:
    for folder in ("run", "."):
        Path(folder).chmod(0o500)
    try:
        for dry_run in (True, False):
            with pytest.raises(CheckpointError, match="cannot use new as a run folder: Permission denied; choose"):
                train(one_run, output="new", dry_run=dry_run)
            with pytest.raises(CheckpointError, match="cannot make runs/moons: Permission denied; choose a folder"):
                train(one_run, dry_run=dry_run)
            with pytest.raises(CheckpointError, match=r"cannot use run .*: Permission denied; go on with a copy of it"):
                train(one_run, output="run", resume="last", dry_run=dry_run)
        assert evaluate("run").loss > 0
    finally:
        for folder in (".", "run"):
            Path(folder).chmod(0o700)


def test_a_dry_run_leaves_the_lock_to_others_and_its_number_as_it_is(one_run: Config) -> None:
    before = seen(Path("run"))
    assert train(one_run, output="run", resume="last", dry_run=True).status == "dry_run"
    assert seen(Path("run")) == before
    RunFolder(Path("run")).close()
    assert arrays(Path("run/last.npz"))
