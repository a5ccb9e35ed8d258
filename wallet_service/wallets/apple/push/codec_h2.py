"""The HTTP/2 codec on the sans-I/O library `h2`; the only module that knows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings
from hpack import NeverIndexedHeaderTuple

from wallet_service.wallets.apple.push.codec import MOST_BODY, Listener, ProtocolBrokenError
from wallet_service.wallets.apple.push.frames import GoAway, GoAwaySieve
from wallet_service.wallets.apple.push.request import Head, own_fields, path_of
from wallet_service.wallets.apple.push.seam import Push

PING_DATA = b"are you?"


@dataclass(slots=True)
class _Answer:
    """An answer under way."""

    status: int
    retry_after: bytes | None
    body: bytearray = field(default_factory=bytearray)


class H2Codec:
    """A client connection of `h2`, reduced to pushes and answers."""

    def __init__(self) -> None:
        # Our own headers need no second look; what APNs sends is judged by `verdict`, not by the rules for browsers.
        self._h2 = H2Connection(
            H2Configuration(
                client_side=True,
                header_encoding=None,
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
                validate_inbound_headers=False,
                normalize_inbound_headers=False,
            )
        )
        self._h2.local_settings = Settings(client=True, initial_values={SettingCodes.ENABLE_PUSH: 0})
        self._sieve = GoAwaySieve()
        self._answers: dict[int, _Answer] = {}
        self._unsent: dict[int, bytes] = {}
        self._reactions: Mapping[type[events.Event], Callable[[Any, Listener], None]] = {
            events.RemoteSettingsChanged: self._on_settings,
            events.WindowUpdated: self._on_window,
            events.ResponseReceived: self._on_response,
            events.DataReceived: self._on_data,
            events.StreamEnded: self._on_end,
            events.StreamReset: self._on_reset,
            events.PingAckReceived: self._on_pong,
        }

    def start(self) -> None:
        """The preface and our SETTINGS."""
        self._h2.initiate_connection()

    def open(self, head: Head, push: Push) -> int:
        """Write the request for this push; the number of its stream."""
        stream = self._h2.get_next_available_stream_id()
        # What differs in every push must not push what is common out of the compression table (RFC 7541, 6.2.3).
        own = (NeverIndexedHeaderTuple(name, value) for name, value in own_fields(push))
        path = NeverIndexedHeaderTuple(b":path", path_of(push))
        self._h2.send_headers(stream, (*head.before_path, path, *head.after_path, *own))
        self._send(stream, push.payload)
        return stream

    def cancel(self, stream: int) -> None:
        """Reset a stream (CANCEL); nothing more will be heard of it."""
        self._forget(stream)
        self._h2.reset_stream(stream, ErrorCodes.CANCEL)

    def ping(self) -> None:
        """Ask whether the other side is there."""
        self._h2.ping(PING_DATA)

    def finish(self) -> None:
        """Say goodbye (GOAWAY)."""
        self._h2.close_connection()

    def outgoing(self) -> bytes:
        """The bytes to write now."""
        return self._h2.data_to_send()

    def receive(self, data: bytes, listener: Listener) -> None:
        """Take bytes as they came and tell the listener. Raises `ProtocolBrokenError`."""
        for piece in self._sieve.sift(data):
            if isinstance(piece, GoAway):
                listener.on_goaway(piece.last, piece.code, piece.debug)
            else:
                self._take(piece, listener)

    def _take(self, frames: bytes, listener: Listener) -> None:
        try:
            for event in self._h2.receive_data(frames):
                if (react := self._reactions.get(type(event))) is not None:
                    react(event, listener)
        except ProtocolError as error:
            raise ProtocolBrokenError(str(error) or type(error).__name__) from error

    def _send(self, stream: int, payload: bytes) -> None:
        """As much of the payload as the windows allow (RFC 9113, 5.2); the rest waits."""
        while True:
            fits = min(self._h2.local_flow_control_window(stream), self._h2.max_outbound_frame_size)
            if len(payload) <= fits:
                return self._h2.send_data(stream, payload, end_stream=True)
            if fits <= 0:
                break
            self._h2.send_data(stream, payload[:fits])
            payload = payload[fits:]
        self._unsent[stream] = payload
        return None

    def _send_more(self) -> None:
        unsent, self._unsent = self._unsent, {}
        for stream, payload in unsent.items():
            self._send(stream, payload)

    def _forget(self, stream: int) -> None:
        self._unsent.pop(stream, None)
        self._answers.pop(stream, None)

    def _on_settings(self, _: events.RemoteSettingsChanged, listener: Listener) -> None:
        self._send_more()
        listener.on_settings(self._h2.remote_settings.max_concurrent_streams)

    def _on_window(self, _: events.WindowUpdated, __: Listener) -> None:
        self._send_more()

    def _on_response(self, event: events.ResponseReceived, _: Listener) -> None:
        headers = dict(event.headers)
        status = headers.get(b":status", b"")
        if not status.isdigit():
            raise ProtocolBrokenError("an answer without a status")
        self._answers[event.stream_id] = _Answer(int(status), headers.get(b"retry-after"))

    def _on_data(self, event: events.DataReceived, _: Listener) -> None:
        self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        if (answer := self._answers.get(event.stream_id)) is not None and len(answer.body) < MOST_BODY:
            answer.body += event.data

    def _on_end(self, event: events.StreamEnded, listener: Listener) -> None:
        if self._unsent.pop(event.stream_id, None) is not None:
            self._h2.reset_stream(event.stream_id, ErrorCodes.CANCEL)
        answer = self._answers.pop(event.stream_id)
        listener.on_answer(event.stream_id, answer.status, bytes(answer.body), answer.retry_after)

    def _on_reset(self, event: events.StreamReset, listener: Listener) -> None:
        self._forget(event.stream_id)
        listener.on_reset(event.stream_id, int(event.error_code or 0))

    def _on_pong(self, _: events.PingAckReceived, listener: Listener) -> None:
        listener.on_pong()
