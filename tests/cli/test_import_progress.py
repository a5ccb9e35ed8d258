"""How far an import is, in a line or in a bar."""

from io import BytesIO, StringIO

import pytest
from rich.console import Console
from rich.progress import Progress

from wallet_service.cli.import_file import Source
from wallet_service.cli.import_progress import (
    Board,
    Look,
    Tally,
    closing_line,
    progress_line,
    shown,
)
from wallet_service.cli.progress import EVERY, Bar, Lines
from wallet_service.loyalty.once import Reply
from wallet_service.web.api.importing import Result


def test_the_bytes_of_the_file_say_how_long_it_still_takes():
    assert progress_line(Look(lines=50_000, read=1_000, size=4_000, seconds=4.0)) == (
        "50,000 lines, 12,500/s, 0:00:12 left"
    )


def test_before_the_first_line_nothing_is_promised():
    assert progress_line(Look(0, 0, 4_000, 0.0)) == progress_line(Look(0, 65_536, 4_000, 1.0)) == "0 lines"


def test_in_the_end_it_says_what_became_of_the_lines():
    tally = Tally(written=98_000, replayed=1_990, refused=10)
    assert closing_line(tally, "written", "written before", 5.0) == (
        "100,000 lines: 98,000 written, 1,990 written before, 10 refused; 5.0 s, 20,000 lines/s."
    )
    assert closing_line(Tally(), "enrolled", "there already", 0.0).endswith("; 0.0 s, 0 lines/s.")


@pytest.mark.parametrize(
    ("reply", "tally"),
    [
        (Reply(201, b""), Tally(written=1)),
        (Reply(200, b"", replayed=True), Tally(replayed=1)),
        (Reply(409, b""), Tally(refused=1)),
        (Reply(409, b"", replayed=True), Tally(refused=1)),
    ],
)
def test_a_line_counts_once(reply: Reply, tally: Tally):
    counted = Tally()
    counted.count([Result(1, reply)])
    assert (counted, counted.lines) == (tally, 1)


def test_lines_are_printed_only_now_and_then():
    lines = Lines(Console(file=StringIO(), width=1000))
    for n in range(1, 101):
        lines.show(Look(n, n, 100, n * EVERY / 10))
    assert isinstance(lines.console.file, StringIO)
    assert [line.split(" ")[0] for line in lines.console.file.getvalue().splitlines()] == [
        str(n) for n in range(10, 101, 10)
    ]


def test_a_bar_moves_by_bytes_and_tells_lines():
    bar = Bar(Progress(console=Console(file=StringIO())))
    bar.show(Look(5, 300, 1_000, 1.0))
    bar.show(Look(10, 600, 1_000, 2.0))
    (task,) = bar.bars.tasks
    assert (task.completed, task.total, task.description) == (600, 1_000, "10 lines, 5/s, 0:00:01 left")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_has_a_bar_and_a_log_has_lines(is_terminal: bool):
    screen = StringIO()
    with shown(Source(BytesIO(), 100, read=50), Console(file=screen, force_terminal=is_terminal, width=100)) as board:
        board.tell(7)
    assert ("7 lines" in screen.getvalue()) is is_terminal


def test_a_board_says_what_its_clock_says():
    looks, moments = list[Look](), iter([10.0, 12.0])
    board = Board(Source(BytesIO(), 100, read=50), looks.append, lambda: next(moments))
    board.tell(7)
    assert looks == [Look(7, 50, 100, 2.0)]
