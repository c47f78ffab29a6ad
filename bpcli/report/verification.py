"""Whether an interrupted run was the uninterrupted one."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from bpcli.api.verify import Verification
from bpcli.errors import listed
from bpcli.report.escape import escaped
from bpcli.report.figures import count, counted
from bpcli.report.layout import Cell, print_facts


def print_verification(console: Console, verification: Verification) -> None:
    """What was done, on what machine, and the verdict."""
    print_facts(console, _facts(verification))


def _facts(verification: Verification) -> Iterable[tuple[str, Cell | list[str]]]:
    trained = f"{counted(verification.epochs, 'epoch')}, {counted(verification.steps, 'step')}"
    stops = ", ".join(map(count, verification.interrupted_after))
    yield "trained", f"twice: {trained}"
    yield "interrupted", f"after step {stops}, and resumed from the checkpoint" if stops else "never: there is one step"
    yield "compared", f"{counted(verification.tensors, 'tensor')} of last.npz, best.npz, log.csv"
    yield "machine", [f"{key} {value}" for key, value in verification.fingerprint.items()]
    if verification.passed:
        yield "bits", Text("all the same", "green")
    else:
        yield "bits", Text.assemble(("not the same", "bold red"), ": " + escaped(listed(verification.differences)))
