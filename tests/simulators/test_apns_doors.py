"""Who gets in to the simulated APNs, and what a breach of HTTP/2 costs."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.processes import free_port
from tests.simulators.apns_client import TOPIC, Fields, WireClient, eventually, push_fields
from wallet_service.simulators.apns import ApnsSimulator
from wallet_service.simulators.pki import SimulatedPki

REFUSED = (ssl.SSLError, ConnectionError, EOFError)


def self_signed(folder: Path, uid: str) -> Path:
    """A pass certificate that is its own root, made without the simulators' PKI."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.USER_ID, uid)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    path = folder / "self-signed.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    return path


async def assert_turned_away(apns: ApnsSimulator, pki: SimulatedPki, certificate: Path | None) -> None:
    """With TLS 1.3 the refusal comes only after the client's side of the handshake."""
    client = await WireClient.connect(apns, pki, certificate)
    with pytest.raises(REFUSED):
        await client.greet()
    await client.aclose()
    assert apns.connections == 0


async def test_nobody_gets_in_without_a_certificate(apns: ApnsSimulator, pki: SimulatedPki) -> None:
    await assert_turned_away(apns, pki, None)


async def test_an_expired_certificate_is_turned_away(apns: ApnsSimulator, pki: SimulatedPki) -> None:
    await assert_turned_away(apns, pki, pki.pass_certificate(TOPIC, not_after=datetime(2021, 1, 1, tzinfo=UTC)))


async def test_a_certificate_of_a_strange_authority_is_turned_away(
    apns: ApnsSimulator, pki: SimulatedPki, tmp_path: Path
) -> None:
    await assert_turned_away(apns, pki, self_signed(tmp_path, TOPIC))


async def test_the_roots_of_the_clients_can_be_others_than_our_own(pki: SimulatedPki, tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, "pass.example.strange")
    apns = await ApnsSimulator.start(pki, client_roots=certificate)
    client = await (await WireClient.connect(apns, pki, certificate)).greet()
    assert (await client.push(push_fields(topic="pass.example.strange"))).status == 200
    assert apns.received[0].subject_uid == "pass.example.strange"
    await client.aclose()
    await apns.aclose()


async def test_a_certificate_without_a_uid_gets_in_and_may_push_nothing(apns: ApnsSimulator, pki: SimulatedPki) -> None:
    client = await (await WireClient.connect(apns, pki, pki.pass_certificate(None))).greet()
    assert (await client.push()).status == 403
    await client.aclose()


@pytest.mark.parametrize("alpn", [["http/1.1"], ["h2"]])
async def test_a_server_that_does_not_choose_http2_says_so_and_hangs_up(
    pki: SimulatedPki, certificate: Path, alpn: list[str]
) -> None:
    apns = await ApnsSimulator.start(pki, alpn=["http/1.1"])
    client = await WireClient.connect(apns, pki, certificate, alpn=alpn)
    assert client.alpn != "h2"
    assert (await client.rest()).startswith(b"HTTP/1.1 505 ")
    await client.aclose()
    await apns.aclose()


@pytest.mark.parametrize(
    "fields",
    [
        [*push_fields()[1:], push_fields()[0]],
        [*push_fields(), ("Apns-Id", "42")],
        [field for field in push_fields() if field[0] != ":path"],
        [*push_fields(), ("connection", "close")],
        [*push_fields(), ("x-long", "x" * 8000)],
    ],
    ids=["pseudo-header after a header", "upper case", "no path", "hop-by-hop", "too long a list"],
)
async def test_a_malformed_header_list_ends_the_connection(
    apns: ApnsSimulator, client: WireClient, fields: Fields
) -> None:
    client.post(fields)
    await client.until_closed()
    assert client.goaway is not None
    assert client.goaway.error_code != 0
    assert len(apns.violations) == 1
    assert apns.received == []


async def test_more_streams_than_allowed_end_the_connection(apns: ApnsSimulator, client: WireClient) -> None:
    await apns.change_max_streams(1)
    await client.until(lambda: client.settings[3] == 1)
    client.open(push_fields())
    client.open(push_fields())
    await client.until_closed()
    assert "TooManyStreams" in apns.violations[0]


async def test_a_client_may_say_goodbye(apns: ApnsSimulator, client: WireClient) -> None:
    client.say_goodbye()
    await client.until_closed()
    await eventually(lambda: apns.open_connections == 0)
    assert apns.violations == []


async def test_closing_cuts_every_connection_and_frees_the_port(pki: SimulatedPki, certificate: Path) -> None:
    apns = await ApnsSimulator.start(pki, port=free_port())
    client = await (await WireClient.connect(apns, pki, certificate)).greet()
    await apns.aclose()
    assert apns.open_connections == 0
    await client.until_closed()
    await client.aclose()
    again = await ApnsSimulator.start(pki, port=apns.port)
    assert again.port == apns.port
    await again.aclose()
