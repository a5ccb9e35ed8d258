"""Bytes to a server as they are, over a socket, and its answers taken apart."""

import asyncio
import re
from dataclasses import dataclass

STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
PATIENCE = 20.0
"""Seconds after which a silent server counts as hung."""


@dataclass(frozen=True, slots=True)
class Line:
    """A way to a server on this machine."""

    port: int

    async def say(self, *pieces: bytes, hang_up: bool = False) -> bytes:
        """Send the pieces, one packet each; all that is answered until the server hangs up.

        With `hang_up` we are the first to go away. A connection that is cut counts as hung up.
        """
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        heard = bytearray()
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            if hang_up:
                writer.write_eof()
            async with asyncio.timeout(PATIENCE):
                while some := await reader.read(65_536):
                    heard += some
        except ConnectionError:
            pass  # what was heard before counts
        finally:
            writer.close()
        return bytes(heard)

    async def statuses(self, *pieces: bytes, hang_up: bool = False) -> list[int]:
        """The statuses of all answers, in order; none when the server only hangs up."""
        return [int(status) for status in STATUS.findall(await self.say(*pieces, hang_up=hang_up))]
