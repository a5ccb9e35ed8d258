"""The HTTP/2 codec made for pushes: as much of RFC 9113 as a client of APNs needs, and next to no work for a 200.

Constant headers are encoded once, nothing is compressed against a table, and an answer without a body costs one look at
its first byte. `codec_h2` is the judge of its correctness: the same bytes must tell a listener the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wallet_service.wallets.apple.push.codec import MOST_BODY, Listener, ProtocolBrokenError
from wallet_service.wallets.apple.push.lean_frames import (
    ACKNOWLEDGED,
    HEADER,
    PREFACE,
    STREAM,
    WINDOW,
    Code,
    Flag,
    Kind,
    Setting,
    frame,
    number,
    numbers,
    refuse_overlong,
    settings_in,
    unpadded,
)
from wallet_service.wallets.apple.push.lean_hpack import OK, AnswerBlocks, Heading, RequestBlocks
from wallet_service.wallets.apple.push.lean_outbox import Outbox
from wallet_service.wallets.apple.push.request import Head
from wallet_service.wallets.apple.push.seam import Push

PING_DATA = b"are you?"
UNLIMITED = 2**32 + 1  # more than a setting can say
WHOLE_ANSWER = Flag.END_STREAM | Flag.END_HEADERS
SHAPE = WHOLE_ANSWER | Flag.PADDED | Flag.PRIORITY
HEADERS = Kind.HEADERS
_UNKNOWN = object()


@dataclass(slots=True)
class _Answer:
    """An answer under way."""

    status: int
    retry_after: bytes | None
    body: bytearray = field(default_factory=bytearray)
    credit: int = WINDOW
    """Bytes its stream may still bring."""


class LeanCodec:
    """A client connection that knows pushes and answers only."""

    def __init__(self) -> None:
        self._out = Outbox()
        self._requests, self._answers = RequestBlocks(), AnswerBlocks()
        self._next = 1
        self._open: dict[int, _Answer | None] = {}
        """Streams without a complete answer; None where nothing has come."""
        self._rest = b""
        self._quick = False
        """Whether the next answer may be judged by its first byte."""
        self._credit = WINDOW
        self._max_streams = UNLIMITED
        self._greeted = False
        self._reactions: Mapping[int, Callable[[int, int, bytes, Listener], None]] = {
            Kind.DATA: self._on_data,
            Kind.HEADERS: self._on_headers,
            Kind.RST_STREAM: self._on_reset,
            Kind.SETTINGS: self._on_settings,
            Kind.PUSH_PROMISE: self._on_promise,
            Kind.PING: self._on_ping,
            Kind.GOAWAY: self._on_goaway,
            Kind.WINDOW_UPDATE: self._on_window,
            Kind.CONTINUATION: self._on_continuation,
        }

    def start(self) -> None:
        """The preface and our SETTINGS."""
        self._out.say(PREFACE)

    def open(self, head: Head, push: Push) -> int:
        """Write the request for this push; the number of its stream."""
        stream, self._next = self._next, self._next + 2
        self._open[stream] = None
        self._out.request(stream, self._requests.encode(head, push), push.payload)
        return stream

    def cancel(self, stream: int) -> None:
        """Reset a stream (CANCEL); nothing more will be heard of it."""
        self._open.pop(stream, None)
        self._out.reset(stream)

    def ping(self) -> None:
        """Ask whether the other side is there."""
        self._out.say(frame(Kind.PING, 0, 0, PING_DATA))

    def finish(self) -> None:
        """Say goodbye (GOAWAY)."""
        self._out.say(numbers(Kind.GOAWAY, 0, 0, Code.NO_ERROR))

    def outgoing(self) -> bytes:
        """The bytes to write now."""
        return self._out.empty()

    def receive(self, data: bytes, listener: Listener) -> None:
        """Take bytes as they came and tell the listener. Raises `ProtocolBrokenError`."""
        try:
            self._receive(self._rest + data if self._rest else data, listener)
        except ProtocolBrokenError:
            self._out.say(numbers(Kind.GOAWAY, 0, 0, Code.PROTOCOL_ERROR))
            raise

    def _receive(self, data: bytes, listener: Listener) -> None:
        """Every whole frame; an answer that is a bare 200, which nearly all are, at once."""
        start, end, streams = 0, len(data), self._open
        while end - start >= HEADER.size:
            high, low, kind, flags, stream = HEADER.unpack_from(data, start)
            body = start + HEADER.size
            start = body + (high << 8 | low)
            if start > end:
                start = body - HEADER.size
                refuse_overlong(high << 8 | low)
                break
            bare = self._quick and kind == HEADERS and flags & SHAPE == WHOLE_ANSWER and start > body
            if bare and data[body] == OK and streams.get(stream, _UNKNOWN) is None:
                self._end(stream)
                listener.on_answer(stream, 200, b"", None)
            else:
                self._take(kind, flags, stream & STREAM, data[body:start], listener)
        self._rest = data[start:]

    def _take(self, kind: int, flags: int, stream: int, payload: bytes, listener: Listener) -> None:
        refuse_overlong(len(payload))
        if not self._greeted and kind != Kind.SETTINGS:
            raise ProtocolBrokenError("a server that does not begin with its settings")
        if self._answers.under_way != (kind == Kind.CONTINUATION):
            raise ProtocolBrokenError("a header block that is torn apart")
        if (react := self._reactions.get(kind)) is not None:
            react(flags, stream, payload, listener)

    def _end(self, stream: int) -> None:
        """The stream is over; a payload that has not left is not needed any more."""
        del self._open[stream]
        if self._out.drop(stream):
            self._out.reset(stream)

    def _refuse_idle(self, stream: int) -> None:
        if not stream & 1 or stream >= self._next:
            raise ProtocolBrokenError(f"a frame for stream {stream}, which we never opened")

    # -- what arrives --------------------------------------------------------------------------------------------------

    def _on_headers(self, flags: int, stream: int, payload: bytes, listener: Listener) -> None:
        self._refuse_idle(stream)
        self._conclude(self._answers.begin(flags, stream, payload), listener)

    def _on_continuation(self, flags: int, stream: int, payload: bytes, listener: Listener) -> None:
        self._conclude(self._answers.go_on(flags, stream, payload), listener)

    def _conclude(self, heading: Heading | None, listener: Listener) -> None:
        self._quick = self._answers.stand_alone
        if heading is None or heading.stream not in self._open:
            return
        answer = self._open[heading.stream]
        if answer is None:  # else these are trailers
            status = heading.fields.get(b":status", b"")
            if not status.isdigit():
                raise ProtocolBrokenError("an answer without a status")
            if status.startswith(b"1"):
                return  # only a word in between (RFC 9110, 15.2)
            answer = self._open[heading.stream] = _Answer(int(status), heading.fields.get(b"retry-after"))
        if heading.ends:
            self._tell(heading.stream, answer, listener)

    def _on_data(self, flags: int, stream: int, payload: bytes, listener: Listener) -> None:
        self._refuse_idle(stream)
        self._credit = self._spend(0, self._credit, len(payload))
        if stream not in self._open:
            return
        answer = self._open[stream]
        if answer is None:
            raise ProtocolBrokenError("a body before its headers")
        if len(answer.body) < MOST_BODY:
            answer.body += unpadded(flags & ~Flag.PRIORITY, payload)
        if flags & Flag.END_STREAM:
            self._tell(stream, answer, listener)
        else:
            answer.credit = self._spend(stream, answer.credit, len(payload))

    def _tell(self, stream: int, answer: _Answer, listener: Listener) -> None:
        self._end(stream)
        listener.on_answer(stream, answer.status, bytes(answer.body), answer.retry_after)

    def _spend(self, stream: int, credit: int, size: int) -> int:
        """What may still come on a stream, or on all (0), after `size` bytes; more is granted when half is gone."""
        credit -= size
        if credit < 0:
            raise ProtocolBrokenError("more bytes than we allowed")
        if credit > WINDOW // 2:
            return credit
        self._out.say(numbers(Kind.WINDOW_UPDATE, stream, WINDOW - credit))
        return WINDOW

    def _on_reset(self, _: int, stream: int, payload: bytes, listener: Listener) -> None:
        self._refuse_idle(stream)
        code = number(payload)
        self._out.drop(stream)
        if self._open.pop(stream, _UNKNOWN) is not _UNKNOWN:
            listener.on_reset(stream, code)

    def _on_settings(self, flags: int, stream: int, payload: bytes, listener: Listener) -> None:
        if stream or (flags & Flag.ACK and payload):
            raise ProtocolBrokenError("settings of a stream, or thanks with settings")
        if flags & Flag.ACK:
            return
        self._greeted = True
        told = settings_in(payload)
        self._out.say(ACKNOWLEDGED)
        self._out.resize(told.get(Setting.INITIAL_WINDOW_SIZE), told.get(Setting.MAX_FRAME_SIZE))
        self._max_streams = told.get(Setting.MAX_CONCURRENT_STREAMS, self._max_streams)
        listener.on_settings(self._max_streams)

    def _on_promise(self, _: int, __: int, ___: bytes, ____: Listener) -> None:
        raise ProtocolBrokenError("a promise, which we have asked not to be given")

    def _on_ping(self, flags: int, stream: int, payload: bytes, listener: Listener) -> None:
        if stream or len(payload) != len(PING_DATA):
            raise ProtocolBrokenError("a PING that is none")
        if flags & Flag.ACK:
            listener.on_pong()
        else:
            self._out.say(frame(Kind.PING, Flag.ACK, 0, payload))

    def _on_goaway(self, _: int, stream: int, payload: bytes, listener: Listener) -> None:
        if stream or len(payload) < 8:
            raise ProtocolBrokenError("a GOAWAY that is none")
        last = number(payload[:4]) & STREAM
        for disowned in [stream for stream in self._open if stream > last]:
            del self._open[disowned]
            self._out.drop(disowned)
        listener.on_goaway(last, number(payload[4:8]), payload[8:])

    def _on_window(self, _: int, stream: int, payload: bytes, __: Listener) -> None:
        if stream:
            self._refuse_idle(stream)
        self._out.widen(stream, number(payload) & STREAM)
