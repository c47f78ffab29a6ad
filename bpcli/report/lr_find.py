"""What a learning-rate range test found."""

from __future__ import annotations

from rich.console import Console

from bpcli.api.lr_find import RangeTest
from bpcli.report.curve import Curve, print_curve
from bpcli.report.layout import print_facts


def print_range_test(console: Console, test: RangeTest) -> None:
    """The curve of the smoothed loss, the suggestion under it, and what to write."""
    suggestion = test.suggestion
    marks = () if suggestion is None else (suggestion,)
    limit = max(test.smoothed[: len(test.smoothed) // 2]) * 1.1  # where it runs away the fall would be too small to see
    shown = [min(loss, limit) for loss in test.smoothed]
    print_curve(console, Curve(test.rates, shown, "learning rate", "loss", log_x=True, marks=marks))
    console.print()
    ended = "the loss ran away" if test.stopped else "the last rate was reached"
    facts = [("steps", f"{len(test.rates)}, until {ended} at {test.rates[-1]:.2g}")]
    if suggestion is None:
        facts.append(("suggestion", "none: the loss hardly falls; look at the data, or give another --start and --end"))
    else:
        facts += [
            ("steepest", f"{suggestion:.2g}, where the loss falls fastest"),
            ("minimum", f"{test.minimum:.2g}, already too high; a tenth of it is {test.minimum / 10:.2g}"),
            ("write", f"optimizer.learning_rate={suggestion:.2g}"),
        ]
    print_facts(console, facts)
