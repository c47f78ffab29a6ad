"""Imports go down only: a package uses those below it, and what is heavy stays out of the core."""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import bpcli

PACKAGE = Path(bpcli.__file__).parent
LAYERS = (
    *("errors", "version", "plain_data", "nn", "optim", "data", "training"),
    *("config", "runs", "experiment", "checks", "api", "report", "cli"),
)
"""lowest first"""
CORE = ("errors", "nn", "optim", "data", "training")
LIGHT = {"bpcli", "numpy", "annotated_types"} | sys.stdlib_module_names
SCREEN = {"rich", "typer"}


class Import(NamedTuple):
    """One import statement."""

    module: str
    """where it stands: `nn.network`"""
    name: str
    """what it imports: `bpcli.nn.arrays`, `numpy`"""
    at_module_level: bool

    @property
    def layer(self) -> str:
        return self.module.partition(".")[0]


def imports(package: Path) -> Iterator[Import]:
    """Every import of every module of the package, those inside functions included."""
    for path in sorted(package.rglob("*.py")):
        module = ".".join(path.relative_to(package).with_suffix("").parts)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {node for function in ast.walk(tree) if _is_function(function) for node in ast.walk(function)}
        for node in ast.walk(tree):
            for name in _names(node):
                yield Import(module, name, node not in inside)


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute here"
        if node.module == "bpcli":
            return [f"bpcli.{alias.name}" for alias in node.names]
        return [node.module or ""]
    return []


def violations(package: Path) -> list[str]:
    """What breaks the rules, one line each; the package's own `__init__` and `__main__` stand above all layers.

    So nothing below imports the package root.
    """
    found = []
    for entry in imports(package):
        if entry.layer in ("__init__", "__main__"):
            continue
        top, _, below = entry.name.partition(".")
        target = below.partition(".")[0]
        if entry.name == "bpcli":
            found.append(f"{entry.module} imports the package root, which is above it")
        if top == "bpcli" and target and LAYERS.index(target) > LAYERS.index(entry.layer):
            found.append(f"{entry.module} imports {entry.name}, which is above it")
        if entry.layer in CORE and entry.at_module_level and top not in LIGHT:
            found.append(f"{entry.module} imports {top} at module level")
        if top in SCREEN and entry.layer not in ("report", "cli"):
            found.append(f"{entry.module} imports {top}, which is for report and cli")
    return found


def test_imports_go_down_only_and_the_core_is_light() -> None:
    assert violations(PACKAGE) == []


def test_every_part_of_the_package_has_its_layer() -> None:
    parts = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert parts - {"__init__", "__main__"} == set(LAYERS)


@pytest.mark.parametrize(
    ("module", "line", "violation"),
    [
        ("nn/network.py", "from bpcli.optim.sgd import SGD", "nn.network imports bpcli.optim.sgd, which is above it"),
        ("runs/log.py", "import bpcli", "runs.log imports the package root, which is above it"),
        ("nn/network.py", "def f():\n    import bpcli.cli", "nn.network imports bpcli.cli, which is above it"),
        ("nn/network.py", "from bpcli import config", "nn.network imports bpcli.config, which is above it"),
        (
            "data/sources/fetch.py",
            "import tensorflow_datasets",
            "data.sources.fetch imports tensorflow_datasets at module level",
        ),
        ("api/train.py", "def f():\n    import rich", "api.train imports rich, which is for report and cli"),
    ],
)
def test_a_planted_violation_is_found(tmp_path: Path, module: str, line: str, violation: str) -> None:
    copy = shutil.copytree(PACKAGE, tmp_path / "bpcli", ignore=shutil.ignore_patterns("__pycache__"))
    with (copy / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    assert violations(copy) == [violation]
