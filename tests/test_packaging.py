"""What pyproject.toml promises is what the code needs, and no text sends a reader to somebody else's package."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from tests.test_imports import PACKAGE, imports

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MODULES = {"pyyaml": "yaml"}
"""What a package is imported as, where that is not its name."""

TEXTS = sorted(
    path
    for pattern in (
        "*.md",
        "docs/*.md",
        "benchmarks/*.md",
        "configs/**/*.yaml",
        "bpcli/**/*.py",
        "bpcli/**/*.md",
        "Makefile",
    )
    for path in ROOT.glob(pattern)
)


def names(requirements: list[str]) -> set[str]:
    """The modules that requirements such as `pydantic>=2.10.1,<3` bring."""
    found = {
        re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0].replace("-", "_").lower() for requirement in requirements
    }
    return {MODULES.get(name, name) for name in found}


def test_every_package_that_is_imported_is_declared() -> None:
    declared = names(PROJECT["dependencies"]) | names(PROJECT["optional-dependencies"]["plot"])
    imported = {entry.name.partition(".")[0] for entry in imports(PACKAGE)} - {"bpcli"} - sys.stdlib_module_names
    assert imported <= declared
    assert declared - imported == {"importlib_resources"}, "tensorflow-datasets uses it without declaring it"


def test_extras_refer_to_this_distribution() -> None:
    extras = PROJECT["optional-dependencies"]
    itself = [r for requirements in extras.values() for r in requirements if r.startswith(("bpcli", PROJECT["name"]))]
    assert itself == ["bpcli-nn[plot]"]
    assert extras["demo"] == [], "there for those who still ask for it"


def test_no_text_installs_bpcli_from_the_package_index_nor_leaves_brackets_to_the_shell() -> None:
    """Where the name is another project's, or nobody's yet; and zsh takes brackets for a pattern."""
    wrong = re.compile(r"(?<!un)install (-\S+ )*['\"]?bpcli|pip install [^'\"`\n]*\[")
    found = {path: wrong.findall(path.read_text(encoding="utf-8")) for path in TEXTS}
    assert {path: hits for path, hits in found.items() if hits} == {}
