"""Every row of the table, and what came of it.

    python -m torture --output docs/robustness.md

`--size short` is what the test suite does; `--rows 1,4` runs some of them alone.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from torture.children import heed_signals
from torture.page import page
from torture.row import Outcome, Row, Size
from torture.table import ROWS, SHORT, details, table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=["full", "short"], default="full")
    parser.add_argument("--rows", help="numbers, separated by commas (default: all)")
    parser.add_argument("--output", type=Path, help="the file to write the table to, besides showing it")
    arguments = parser.parse_args()
    heed_signals()
    size = SHORT if arguments.size == "short" else Size("full", 1.0, workers=os.cpu_count() or 1)
    wanted = {int(number) for number in arguments.rows.split(",")} if arguments.rows else {row.number for row in ROWS}
    done = [_done(row, size) for row in ROWS if row.number in wanted]
    text = f"{table(done)}\n\n{details(done)}"
    print(text)
    if arguments.output is not None:
        arguments.output.write_text(page(text, size) + "\n")
    return int(any(outcome.failures for _, outcome, _ in done))


def _done(row: Row, size: Size) -> tuple[Row, Outcome, float]:
    since = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        outcome = row.run(size, Path(folder))
    seconds = perf_counter() - since
    print(f"{row.number}. {row.title}: {outcome.cases} cases, {len(outcome.failures)} failures, {seconds:.0f} s")
    for failure in outcome.failures[:20]:
        print(f"   {failure}", file=sys.stderr)
    return row, outcome, seconds


if __name__ == "__main__":
    sys.exit(main())
