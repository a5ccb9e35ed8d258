"""What the simulated APNs puts on the wire: its HTTP/2 settings, answers and GOAWAY, as values."""

import struct

import h2.config
import h2.connection
import h2.settings
import orjson
from cryptography import x509
from cryptography.x509.oid import NameOID
from h2.settings import SettingCodes

from wallet_service.simulators.apns_script import Answer, GoAway

HEADER_LIST_SIZE = 8000
"""Octets of header fields that APNs takes, as others have seen it announce."""
NOT_HTTP2 = b"HTTP/1.1 505 HTTP Version Not Supported\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
"""For a client that did not choose h2 by ALPN."""
CLOSE_WITH_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time at all: closing sends RST instead of FIN."""

_CONFIG = h2.config.H2Configuration(
    client_side=False,
    header_encoding=None,
    validate_outbound_headers=False,
    normalize_outbound_headers=False,
)


def new_http2(max_streams: int) -> h2.connection.H2Connection:
    """The server's half of HTTP/2, with the settings others have seen APNs announce."""
    connection = h2.connection.H2Connection(_CONFIG)
    connection.local_settings = h2.settings.Settings(
        client=False,
        initial_values={
            SettingCodes.MAX_CONCURRENT_STREAMS: max_streams,
            SettingCodes.MAX_HEADER_LIST_SIZE: HEADER_LIST_SIZE,
        },
    )
    connection.decoder.max_header_list_size = HEADER_LIST_SIZE  # h2 obeys the setting only when it changes
    return connection


def uid_of(certificate: bytes) -> str | None:
    """UID of a DER certificate's subject: for Apple's pass certificates the pass type identifier."""
    uids = x509.load_der_x509_certificate(certificate).subject.get_attributes_for_oid(NameOID.USER_ID)
    return str(uids[0].value) if uids else None


def headers_of(answer: Answer, apns_id: str) -> list[tuple[bytes, bytes]]:
    """The answer's header fields; every answer carries an `apns-id`."""
    headers = [(b":status", b"%d" % answer.status), (b"apns-id", apns_id.encode("latin-1"))]
    if answer.retry_after is not None:
        headers.append((b"retry-after", b"%d" % answer.retry_after))
    return headers


def body_of(answer: Answer) -> bytes:
    """The answer's body: raw if the script says so, else Apple's JSON, else nothing."""
    if answer.body is not None:
        return answer.body
    told = {"reason": answer.reason, "timestamp": answer.timestamp_ms}
    told = {name: value for name, value in told.items() if value is not None}
    return orjson.dumps(told) if told else b""


def goaway_frame(last: int, reply: GoAway) -> bytes:
    """A GOAWAY frame naming `last` (RFC 9113, 6.8)."""
    debug = orjson.dumps({"reason": reply.reason}) if reply.reason else b""
    payload = struct.pack(">II", last, reply.error_code) + debug
    return len(payload).to_bytes(3, "big") + b"\x07\x00" + bytes(4) + payload
