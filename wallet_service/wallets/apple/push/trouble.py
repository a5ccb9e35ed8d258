"""What went wrong between us and APNs, in words an operator understands."""

import socket
import ssl
from collections.abc import Callable

ADVICE: tuple[tuple[type[BaseException], Callable[[BaseException], str]], ...] = (
    (socket.gaierror, lambda error: f"the host name cannot be resolved ({_plain(error)})"),
    (ConnectionRefusedError, lambda _: "the connection was refused"),
    (ssl.SSLCertVerificationError, lambda error: f"the server's certificate is not trusted ({_plain(error)})"),
    (ssl.SSLError, lambda error: f"TLS failed ({_plain(error)})"),
    (TimeoutError, lambda _: "no answer in time"),
    (ConnectionError, lambda _: "the connection was lost"),
)
"""From the narrow to the wide: the first that fits speaks."""


class CannotConnectError(Exception):
    """No usable connection could be made; the text says why."""

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        """`lasting`: trying again in a moment is no use (our own certificate, a server that is not APNs)."""
        super().__init__(reason)
        self.reason = reason
        self.lasting = lasting


def words_for(error: BaseException | None) -> str:
    """Why a connection failed or ended; None is an orderly end by the other side."""
    if error is None:
        return "the other side closed the connection"
    return next((say(error) for kind, say in ADVICE if isinstance(error, kind)), _plain(error))


def _plain(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message)
    if isinstance(error, ssl.SSLError) and (reason := getattr(error, "reason", None)):
        return str(reason).lower().replace("_", " ")
    return str(getattr(error, "strerror", None) or error) or type(error).__name__
