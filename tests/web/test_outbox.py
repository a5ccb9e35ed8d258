"""What is written within one turn of the loop leaves in one piece, and nothing is lost on the way."""

import asyncio
from typing import Any

from wallet_service.web.outbox import MOST, Outbox


class Wire(asyncio.Transport):
    """A transport that remembers the pieces which left together."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []
        self.closed = False

    def writelines(self, list_of_data: Any) -> None:
        """Take these."""
        self.sent.append(b"".join(list_of_data))

    def is_closing(self) -> bool:
        """Whether nothing more is taken."""
        return self.closed

    def close(self) -> None:
        """Take nothing more."""
        self.closed = True

    def get_write_buffer_size(self) -> int:
        """Nothing is ever left."""
        return 0


async def test_what_is_written_in_one_turn_leaves_together_when_it_is_over() -> None:
    outbox = Outbox(wire := Wire(), asyncio.get_running_loop())

    for piece in (b"head", b"", b"body"):
        outbox.write(piece)
    before = list(wire.sent)
    await asyncio.sleep(0)

    assert before == []
    assert wire.sent == [b"headbody"]


async def test_what_was_kept_counts_as_not_yet_taken() -> None:
    outbox = Outbox(Wire(), asyncio.get_running_loop())

    outbox.write(b"head")

    assert outbox.get_write_buffer_size() == 4


async def test_what_was_kept_leaves_before_the_connection_is_closed() -> None:
    outbox = Outbox(wire := Wire(), asyncio.get_running_loop())

    outbox.write(b"farewell")
    outbox.close()

    assert wire.sent == [b"farewell"]
    assert wire.closed


async def test_more_than_a_pass_does_not_wait() -> None:
    outbox = Outbox(wire := Wire(), asyncio.get_running_loop())

    outbox.write(bytes(MOST + 1))

    assert list(map(len, wire.sent)) == [MOST + 1]
