"""The answers one connection still owes, and the bodies that flow control holds back."""

from contextlib import suppress

import h2.connection
import h2.exceptions

from wallet_service.simulators.apns_script import Answer
from wallet_service.simulators.apns_wire import body_of, headers_of


class Answers:
    """Answers leave through `http2`; a stream that the client has cancelled meanwhile is quietly forgotten."""

    def __init__(self, http2: h2.connection.H2Connection) -> None:
        self._h2 = http2
        self._owed: dict[int, str] = {}  # stream -> apns-id of its answer
        self._bodies: dict[int, bytes] = {}

    @property
    def are_owed(self) -> bool:
        """Whether any stream still waits."""
        return bool(self._owed)

    def owe(self, stream: int, apns_id: str) -> None:
        """A request has begun on this stream; its answer will carry `apns_id`."""
        self._owed[stream] = apns_id

    def give(self, stream: int, answer: Answer) -> None:
        """Answer a stream, as far as its windows allow; the rest follows with `resume`."""
        if stream not in self._owed:
            return
        self._bodies[stream] = body_of(answer)
        headers = headers_of(answer, self._owed[stream])
        with suppress(h2.exceptions.ProtocolError):  # cancelled by a frame that we have not come to yet
            self._h2.send_headers(stream, headers, end_stream=not self._bodies[stream])
            self._send_body(stream)

    def resume(self) -> None:
        """A window has grown: send what was held back."""
        for stream in list(self._bodies):
            with suppress(h2.exceptions.ProtocolError):  # cancelled by a frame that we have not come to yet
                self._send_body(stream)

    def reset(self, stream: int, code: int) -> None:
        """End a stream with RST_STREAM (RFC 9113, 6.4)."""
        with suppress(h2.exceptions.ProtocolError):  # cancelled by a frame that we have not come to yet
            self._h2.reset_stream(stream, code)
        self.forget(stream)

    def forget(self, stream: int) -> None:
        """Nothing is owed on this stream any more."""
        self._bodies.pop(stream, None)
        self._owed.pop(stream, None)

    def disown_beyond(self, last: int) -> None:
        """Nothing is owed on streams after `last`."""
        for stream in [stream for stream in self._owed if stream > last]:
            self.forget(stream)

    def _send_body(self, stream: int) -> None:
        body = self._bodies[stream]
        while body and (room := self._room(stream)) > 0:
            self._h2.send_data(stream, body[:room], end_stream=len(body) <= room)
            body = body[room:]
        self._bodies[stream] = body
        if not body:
            self.forget(stream)

    def _room(self, stream: int) -> int:
        return min(self._h2.local_flow_control_window(stream), self._h2.max_outbound_frame_size)
