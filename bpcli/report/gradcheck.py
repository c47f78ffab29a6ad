"""What a gradient check found."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.console import Console
from rich.text import Text

from bpcli.api.gradcheck import SuiteReport
from bpcli.checks.verdicts import GradcheckReport, TensorCheck, Verdict
from bpcli.report.diagnosis import likely_cause
from bpcli.report.figures import count, counted, number
from bpcli.report.layout import Cell, Column, print_facts, print_table

_STYLES: dict[Verdict, str] = {"ok": "green", "wrong": "bold red", "kink": "yellow"}
MOST_WRONG = 5
"""cases of the suite whose worst entry is shown"""


def print_check(console: Console, report: GradcheckReport) -> None:
    """A line a tensor, the worst entry of each that is wrong, and the verdict."""
    columns = [
        Column("tensor", left=True),
        Column("shape", left=True, rank=1),
        Column("checked", rank=2),
        Column("rel. error"),
        Column("verdict", left=True),
    ]
    print_table(console, columns, [_row(check) for check in (*report.tensors, report.directions)])
    console.print()
    _print_wrong(console, report)
    print_facts(console, _facts(report))


def print_suite(console: Console, suite: SuiteReport) -> None:
    """A line a loss and output, then the wrong cases, and the verdict."""
    columns = [
        Column("loss", left=True),
        Column("output", left=True),
        Column("networks", rank=2),
        Column("checked", rank=3),
        Column("rel. error", rank=1),
        Column("verdict", left=True),
    ]
    print_table(console, columns, [_group_row(*group) for group in _groups(suite)])
    console.print()
    wrong = [(name, report) for name, report in suite.cases if not report.passed]
    for name, report in wrong[:MOST_WRONG]:
        console.print(Text(name, "bold"), soft_wrap=True)
        _print_wrong(console, report)
    if len(wrong) > MOST_WRONG:
        console.print(f"and {counted(len(wrong) - MOST_WRONG, 'network')} more\n", soft_wrap=True)
    amount = f"{counted(suite.checked, 'derivative')} of {counted(len(suite.cases), 'network')}"
    print_facts(console, [("checked", amount), *_verdict(suite.passed, suite.max_relative_error)])


def _row(check: TensorCheck) -> list[Cell]:
    kinks = f", {counted(check.kinks, 'kink')}" if check.kinks else ""
    shape = f"({', '.join(map(str, check.shape))}{',' * (len(check.shape) == 1)})"
    verdict = Text(f"{check.verdict}{kinks}", _STYLES[check.verdict])
    return [check.name, shape, count(check.checked), f"{check.max_relative_error:.1e}", verdict]


def _print_wrong(console: Console, report: GradcheckReport) -> None:
    """The worst entry of every wrong tensor, back-propagation beside the number, and the likely cause."""
    wrong = [check for check in (*report.tensors, report.directions) if check.verdict == "wrong"]
    if not wrong:
        return
    columns = [Column("worst entry", left=True), Column("back-propagation"), Column("numeric")]
    rows = [
        [f"{check.name}{list(check.worst_index)}", _derivative(check.analytic), _derivative(check.numeric)]
        for check in wrong
    ]
    print_table(console, columns, rows)
    console.print()
    print_facts(console, [("likely cause", likely_cause(report))])
    console.print()


def _facts(report: GradcheckReport) -> Iterable[tuple[str, Cell]]:
    how = "all entries" if report.mode == "all entries" else f"a sample of {count(report.checked)} entries"
    yield "checked", f"{how} of {counted(report.parameters, 'parameter')}, on {counted(report.examples, 'example')}"
    yield "loss", number(report.loss)
    if report.kinks:
        yield "kinks", f"at {counted(report.kinks, 'entry')} a corner lies inside the step: compared on its own side"
    yield from _verdict(report.passed, report.max_relative_error)


def _verdict(passed: bool, error: float) -> list[tuple[str, Cell]]:
    verdict = Text("right", "green") if passed else Text("wrong", "bold red")
    return [("gradient", Text.assemble(verdict, f", worst relative error {error:.1e}"))]


def _groups(suite: SuiteReport) -> Iterable[tuple[str, str, list[GradcheckReport]]]:
    """The cases by loss and output activation, with which their names begin."""
    cases = sorted(((name.split(", ")[:2], report) for name, report in suite.cases), key=lambda case: case[0])
    for (loss, output), members in groupby(cases, key=lambda case: case[0]):
        yield loss, output.removesuffix(" output"), [report for _, report in members]


def _group_row(loss: str, output: str, reports: list[GradcheckReport]) -> list[Cell]:
    passed = all(report.passed for report in reports)
    worst = max(report.max_relative_error for report in reports)
    checked = sum(report.checked for report in reports)
    verdict = Text("ok", _STYLES["ok"]) if passed else Text("wrong", _STYLES["wrong"])
    return [loss, output, str(len(reports)), count(checked), f"{worst:.1e}", verdict]


def _derivative(value: float) -> str:
    return f"{value:+.6e}"
