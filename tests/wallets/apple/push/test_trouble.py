"""Troubles in an operator's words."""

import socket
import ssl

import pytest

from wallet_service.wallets.apple.push.trouble import words_for

TABLE = [
    (None, "the other side closed the connection"),
    (socket.gaierror(-2, "Name or service not known"), "the host name cannot be resolved (Name or service not known)"),
    (ConnectionRefusedError(), "the connection was refused"),
    (ConnectionResetError(), "the connection was lost"),
    (BrokenPipeError(), "the connection was lost"),
    (TimeoutError(), "no answer in time"),
    (ssl.SSLError(1, "odd"), "TLS failed (odd)"),
    (OSError(101, "Network is unreachable"), "Network is unreachable"),
    (KeyError(), "KeyError"),
]


@pytest.mark.parametrize(("error", "words"), TABLE)
def test_each_trouble_has_its_words(error: BaseException | None, words: str) -> None:
    assert words_for(error) == words


def test_an_alert_of_tls_is_readable() -> None:
    alert = ssl.SSLError(1, "[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:2580)")
    alert.reason = "TLSV1_ALERT_UNKNOWN_CA"
    assert words_for(alert) == "TLS failed (tlsv1 alert unknown ca)"
