"""One HTTP/2 connection of the simulated APNs: frames in, requests to the desk, replies carried out, however odd."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import cast
from uuid import uuid4

import h2.events
import h2.exceptions
from h2.settings import SettingCodes

from wallet_service.simulators.apns_answers import Answers
from wallet_service.simulators.apns_desk import Desk
from wallet_service.simulators.apns_rules import Request
from wallet_service.simulators.apns_script import (
    REFUSED_STREAM,
    TAKEN,
    Answer,
    Drop,
    Freeze,
    GoAway,
    Reply,
    ResetStream,
)
from wallet_service.simulators.apns_wire import (
    CLOSE_WITH_RESET,
    NOT_HTTP2,
    goaway_frame,
    new_http2,
    uid_of,
)

LINGER = 0.3
"""Seconds between the last answer after a GOAWAY and the end of the connection."""


class ApnsConnection(asyncio.Protocol):
    """The server's end of one connection; `lost` is done once it is over."""

    number = 0
    """Counted by the simulator from 1, once TLS is up."""

    def __init__(
        self,
        desk: Desk,
        max_streams: int,
        *,
        opened: Callable[["ApnsConnection"], int],
        lost: Callable[["ApnsConnection"], None],
    ) -> None:
        self._desk = desk
        self._tell_opened = opened
        self._tell_lost = lost
        self._h2 = new_http2(max_streams)
        self._answers = Answers(self._h2)
        self._loop = asyncio.get_running_loop()
        self.lost = self._loop.create_future()
        self._deaf = False  # frozen, dropped or closed: nothing more is read or written
        self._arriving: dict[int, tuple[list[tuple[str, str]], bytearray]] = {}
        self._highest = 0  # the highest stream that was acted upon
        self._last: int | None = None  # the last stream of a GOAWAY

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TLS is up: say who is there and send our SETTINGS, or turn away whoever does not speak HTTP/2."""
        self._transport = cast("asyncio.Transport", transport)
        self.number = self._tell_opened(self)
        tls = transport.get_extra_info("ssl_object")
        self._subject_uid = uid_of(tls.getpeercert(binary_form=True))
        if tls.selected_alpn_protocol() != "h2":
            self._transport.write(NOT_HTTP2)
            self._hang_up()
            return
        self._h2.initiate_connection()
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Frames, or parts of them."""
        if self._deaf:
            return
        try:
            events = self._h2.receive_data(data)
        except h2.exceptions.ProtocolError as breach:
            self._desk.violations.append(f"connection {self.number}: {type(breach).__name__}: {breach}")
            self._hang_up()
            return
        for event in events:
            self._hear(event)
            if self._deaf:
                return
        self._flush()
        self._close_when_drained()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the signature of asyncio.Protocol
        """The other side is gone, or we hung up."""
        self._deaf = True
        self.lost.set_result(None)
        self._tell_lost(self)

    # what the simulator may do to a connection at any moment

    def limit_streams(self, limit: int) -> None:
        """Announce another limit of concurrent streams."""
        if self._deaf:
            return
        self._h2.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: limit})
        self._flush()

    def abort(self) -> None:
        """End the connection without a word."""
        self._deaf = True
        self._transport.abort()

    # a request arrives

    def _hear(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.RequestReceived(stream_id=int(stream), headers=list(fields)):
                self._open(stream, fields)
            case h2.events.DataReceived(stream_id=int(stream), data=bytes(data), flow_controlled_length=int(length)):
                self._collect(stream, data, length)
            case h2.events.StreamEnded(stream_id=int(stream)):
                self._lay_down(stream)
            case h2.events.StreamReset(stream_id=int(stream)):
                self._forget(stream)
            case h2.events.WindowUpdated() | h2.events.RemoteSettingsChanged():
                self._answers.resume()
            case h2.events.ConnectionTerminated():
                self._hang_up()
            case _:
                pass

    def _open(self, stream: int, fields: Sequence[tuple[bytes, bytes]]) -> None:
        if self._is_beyond_last(stream):
            return
        texts = [(bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in fields]
        self._arriving[stream] = (texts, bytearray())
        self._answers.owe(stream, dict(texts).get("apns-id") or str(uuid4()).upper())

    def _collect(self, stream: int, data: bytes, length: int) -> None:
        self._h2.acknowledge_received_data(length, stream)
        if stream in self._arriving:
            self._arriving[stream][1].extend(data)

    def _lay_down(self, stream: int) -> None:
        if stream not in self._arriving:
            return
        fields, payload = self._arriving.pop(stream)
        request = Request(fields, bytes(payload), self._subject_uid)
        self._carry_out(stream, self._desk.take(request, connection=self.number, stream=stream))

    def _is_beyond_last(self, stream: int) -> bool:
        return self._last is not None and stream > self._last

    def _forget(self, stream: int) -> None:
        self._arriving.pop(stream, None)
        self._answers.forget(stream)

    # a reply leaves

    def _carry_out(self, stream: int, reply: Reply) -> None:
        if isinstance(reply, GoAway):
            self._go_away(stream, reply)
            return
        self._highest = max(self._highest, stream)
        match reply:
            case Answer(delay=0.0):
                self._answer(stream, reply)
            case Answer(delay=delay):
                self._loop.call_later(delay, self._answer_now, stream, reply)
            case ResetStream(code=code):
                self._answers.reset(stream, code)
            case Freeze():
                self._freeze()
            case Drop():
                self._drop()
            case _:
                pass  # Silence

    def _answer_now(self, stream: int, answer: Answer) -> None:
        self._answer(stream, answer)
        self._flush()
        self._close_when_drained()

    def _answer(self, stream: int, answer: Answer) -> None:
        if answer.max_streams is not None:
            self.limit_streams(answer.max_streams)
        self._answers.give(stream, answer)

    def _freeze(self) -> None:
        self._deaf = True
        self._transport.pause_reading()

    def _drop(self) -> None:
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CLOSE_WITH_RESET)
        self.abort()

    # the end

    def _go_away(self, stream: int, reply: GoAway) -> None:
        """GOAWAY is written by hand, for h2 would refuse to answer the streams that are still to be answered."""
        if reply.last == "this":
            self._highest = max(self._highest, stream)
        self._last = self._highest
        self._flush()
        self._transport.write(goaway_frame(self._last, reply))
        if reply.close:
            self._hang_up()
        elif reply.last == "this":
            self._answers.give(stream, TAKEN)
        elif stream < self._last:  # a later stream overtook it, so GOAWAY cannot disown it
            self._answers.reset(stream, REFUSED_STREAM)
        self._answers.disown_beyond(self._last)

    def _close_when_drained(self) -> None:
        if self._last is not None and not self._answers.are_owed:
            self._loop.call_later(LINGER, self._hang_up)

    def _hang_up(self) -> None:
        self._flush()
        self._deaf = True
        self._transport.close()

    def _flush(self) -> None:
        if not self._deaf and (data := self._h2.data_to_send()):
            self._transport.write(data)
