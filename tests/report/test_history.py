"""How a run came to where it stands."""

from __future__ import annotations

from bpcli.report.history import MOST_ROWS, print_history
from bpcli.training.state import Best

from .conftest import Screen

ROWS = [{"epoch": str(epoch), "step": "1", "train_loss": "0.5", "seconds": "1"} for epoch in range(1, 101)]


def test_the_best_row_is_marked_without_colours(screen: Screen) -> None:
    console, lines = screen()
    print_history(console, ROWS[:3], Best(2, 0.5))
    assert lines() == ["", "epoch  train_loss", "    1      0.5000", "    2      0.5000  best", "    3      0.5000"]


def test_of_a_long_history_the_best_row_is_never_left_out(screen: Screen) -> None:
    for epoch in 1, 3, 50, 100:
        console, lines = screen()
        print_history(console, ROWS, Best(epoch, 0.5))
        rows = [line.split() for line in lines()[2:-1]]
        assert [row[0] for row in rows if row[-1] == "best"] == [str(epoch)]
        assert (rows[0][0], rows[-1][0]) == ("1", "100")
        assert len(rows) <= MOST_ROWS + 2


def test_a_run_that_has_no_best_yet_has_a_history(screen: Screen) -> None:
    console, lines = screen()
    print_history(console, ROWS[:1], None)
    assert lines()[2:] == ["    1      0.5000"]
