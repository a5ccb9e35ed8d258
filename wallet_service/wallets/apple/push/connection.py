"""One connection to APNs: an asyncio protocol that opens a stream for each push and reports what became of it.

It never queues: it says how much room it has, and its owner hands it a push when there is some.
"""

import asyncio
import ssl
from dataclasses import dataclass
from typing import Protocol, cast

from wallet_service.wallets.apple.push.codec import Codec, ProtocolBrokenError
from wallet_service.wallets.apple.push.pulse import Pulse
from wallet_service.wallets.apple.push.request import Heads
from wallet_service.wallets.apple.push.seam import PushOutcome, PushResult
from wallet_service.wallets.apple.push.ticket import Ticket
from wallet_service.wallets.apple.push.trouble import CannotConnectError, words_for
from wallet_service.wallets.apple.push.verdict import judge, reason_in

REFUSED_STREAM = 0x7
"""RFC 9113, 8.7: the request was not processed at all."""
NOT_UNDERSTOOD = frozenset({0x1, 0x9})  # PROTOCOL_ERROR, COMPRESSION_ERROR


@dataclass(frozen=True, slots=True)
class Habits:
    """How a connection behaves; times in seconds."""

    most_streams: int = 1000
    """Streams at once, even if the other side allows more."""
    lifetime: int = 2**30
    """Streams in all before it retires: client streams are odd and below 2^31 (RFC 9113, 5.1.1)."""
    idle: float = 300.0
    """Silence after which a PING is sent; APNs wants long-lived connections and few PINGs."""
    pong: float = 10.0
    """Time a PING has to come back."""


class Owner(Protocol):
    """Who hands out the pushes and hears what became of them."""

    def opened(self, connection: "ApnsConnection") -> None:
        """The connection speaks HTTP/2; it has room once the server's SETTINGS are there."""
        ...

    def concluded(self, ticket: Ticket, result: PushResult) -> None:
        """One attempt at a push is over."""
        ...

    def has_room(self) -> None:
        """A connection may take more pushes, or will take no more."""
        ...

    def lost(self, connection: "ApnsConnection", reason: str) -> None:
        """The connection is gone."""
        ...


class ApnsConnection(asyncio.Protocol):
    """One HTTP/2 connection with a client certificate (Apple: establishing a certificate-based connection to APNs)."""

    def __init__(self, codec: Codec, heads: Heads, owner: Owner, habits: Habits) -> None:
        self._codec, self._heads, self._owner, self._habits = codec, heads, owner, habits
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._flights: dict[int, Ticket] = {}
        self._limit = 0  # none before the server's SETTINGS: streams opened too early are reset by APNs
        self._opened = 0
        self._answered = 0
        self._paused = self._leaving = self._flush_is_due = False
        self._reason: str | None = None
        self._pulse: Pulse | None = None
        self.ready: asyncio.Future[None] = self._loop.create_future()
        """Done at the server's first SETTINGS; `CannotConnectError` if that never comes."""
        self.gone: asyncio.Future[None] = self._loop.create_future()
        """Done when the connection has ended."""
        self.misunderstood = False
        """It ended because one side could not make out the other's HTTP/2."""

    # -- what the owner asks and orders ----------------------------------------------------------------------------

    @property
    def limit(self) -> int:
        """Streams it may have open at once; 0 when it takes no more pushes."""
        return 0 if self._leaving else self._limit

    @property
    def room(self) -> int:
        """Streams that may be opened now."""
        return 0 if self._paused else self.limit - len(self._flights)

    @property
    def leaving(self) -> bool:
        """It takes no more pushes and closes after its last answer."""
        return self._leaving

    @property
    def useless(self) -> bool:
        """It took pushes and never answered one."""
        return self._opened > 0 and self._answered == 0

    def push(self, ticket: Ticket) -> None:
        """Open a stream for this push; only while there is `room`."""
        ticket.attempts += 1
        self._flights[self._codec.open(self._heads.of(ticket.push), ticket.push)] = ticket
        self._opened += 1
        if self._opened >= self._habits.lifetime:
            self._leaving = True
        self._flush_soon()

    def cancel_overdue(self, now: float) -> None:
        """Give up the streams whose pushes have expired, and free their slots."""
        if not self._alive:
            return  # `connection_lost` is on its way and concludes them all
        for stream in [stream for stream, ticket in self._flights.items() if ticket.expires <= now]:
            self._codec.cancel(stream)
            self._conclude(stream, PushOutcome.UNKNOWN, "no answer within the deadline")
            self._flush_soon()
        self._close_if_done()

    def retire(self) -> None:
        """Take no more pushes; close after the last answer."""
        self._leaving = True
        self._close_if_done()

    def abort(self, reason: str) -> None:
        """Break off now; what is in flight is unknown."""
        self._leaving = True
        self._reason = self._reason or reason
        if self._transport is not None:
            self._transport.abort()

    # -- what asyncio tells ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The TLS handshake is done: insist on h2 (RFC 9113, 3.3), then start."""
        self._transport = cast("asyncio.Transport", transport)
        tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        if tls is None or tls.selected_alpn_protocol() != "h2":
            self.ready.set_exception(CannotConnectError("the server does not speak HTTP/2 (ALPN h2)", lasting=True))
            self.abort("no HTTP/2")
            return
        self._owner.opened(self)
        self._codec.start()
        self._flush()
        self._pulse = Pulse(self._habits.idle, self._habits.pong, ping=self._ping, give_up=self.abort)

    def data_received(self, data: bytes) -> None:
        """Bytes of the other side."""
        if self._pulse is not None:
            self._pulse.heard()
        try:
            self._codec.receive(data, self)
        except ProtocolBrokenError as error:
            self.misunderstood = True
            self._flush()
            self.abort(f"the server broke the rules of HTTP/2: {error}")
            return
        self._flush()
        self._close_if_done()
        self._owner.has_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, however it came."""
        self._leaving = True
        self._transport = None
        if self._pulse is not None:
            self._pulse.stop()
        reason = self._reason or words_for(exc)
        if not self.ready.done():
            # All that can be seen of a refused client certificate when the server sends no alert (RFC 8446, 4.4.2.4).
            hint = "before its first word; perhaps it does not accept our certificate"
            self.ready.set_exception(CannotConnectError(f"{reason} {hint}"))
        for stream in list(self._flights):
            self._conclude(stream, PushOutcome.UNKNOWN, reason)
        self._owner.lost(self, reason)
        self.gone.set_result(None)

    def pause_writing(self) -> None:
        """The socket is behind: take no more."""
        self._paused = True

    def resume_writing(self) -> None:
        """The socket has caught up."""
        self._paused = False
        self._owner.has_room()

    # -- what the codec tells ----------------------------------------------------------------------------------------

    def on_settings(self, max_streams: int) -> None:
        """Obey the limit, which may shrink and return at any time."""
        self._limit = min(max_streams, self._habits.most_streams)
        if not self.ready.done():
            self.ready.set_result(None)

    def on_answer(self, stream: int, status: int, body: bytes, retry_after: bytes | None) -> None:
        """A push has its verdict."""
        ticket = self._flights.pop(stream, None)
        if ticket is not None:
            self._answered += 1
            self._owner.concluded(ticket, judge(ticket.push, status, body, retry_after))

    def on_reset(self, stream: int, code: int) -> None:
        """A stream is gone without an answer."""
        outcome = PushOutcome.NOT_SENT if code == REFUSED_STREAM else PushOutcome.UNKNOWN
        self._conclude(stream, outcome, f"stream reset with code {code}")

    def on_goaway(self, last: int, code: int, debug: bytes) -> None:
        """Streams above `last` are free to be sent elsewhere; the others may still be answered (RFC 9113, 6.8)."""
        self._leaving = True
        self.misunderstood = code in NOT_UNDERSTOOD
        self._reason = reason_in(debug) or f"the server said goodbye with code {code}"
        for stream in [stream for stream in self._flights if stream > last]:
            self._conclude(stream, PushOutcome.NOT_SENT, self._reason)

    def on_pong(self) -> None:
        """The other side lives."""
        if self._pulse is not None:
            self._pulse.answered()

    # -- inside --------------------------------------------------------------------------------------------------------

    @property
    def _alive(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def _conclude(self, stream: int, outcome: PushOutcome, reason: str) -> None:
        ticket = self._flights.pop(stream, None)
        if ticket is not None:
            self._owner.concluded(ticket, PushResult(ticket.push, outcome, reason=reason))

    def _close_if_done(self) -> None:
        if self._leaving and not self._flights and self._transport is not None and self._alive:
            self._codec.finish()
            self._flush()
            self._transport.close()

    def _flush_soon(self) -> None:
        if not self._flush_is_due:
            self._flush_is_due = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_is_due = False
        if self._transport is not None and self._alive and (data := self._codec.outgoing()):
            self._transport.write(data)

    def _ping(self) -> None:
        if self._alive:
            self._codec.ping()
            self._flush()
