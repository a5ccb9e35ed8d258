"""Our key pair towards push services, and the tokens it signs."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from tests.channels.browsers import CONTACT, NOON, our_vapid
from wallet_service.channels.vapid import VapidKeyUnusable, make_vapid, read_vapid
from wallet_service.simulators.web_push_rules import check_sender, read_claims

ORIGIN = "https://push.example.net"


def test_a_key_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "vapid.pem"
    made = make_vapid(path, CONTACT)
    assert make_vapid(path, CONTACT).public_key == made.public_key == read_vapid(path, CONTACT).public_key
    assert len(made.public_key) == 87
    assert os.name != "posix" or path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


async def test_machines_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    made = await asyncio.gather(*(asyncio.to_thread(make_vapid, path, CONTACT) for _ in range(8)))
    assert len({vapid.public_key for vapid in made}) == 1


def test_the_secret_is_in_no_representation() -> None:
    assert "PrivateKey" not in repr(our_vapid())


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has modes")
def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    make_vapid(tmp_path / "vapid.pem", CONTACT)
    (tmp_path / "vapid.pem").chmod(0o640)
    with pytest.raises(VapidKeyUnusable, match="read by others") as refusal:
        read_vapid(tmp_path / "vapid.pem", CONTACT)
    assert str(refusal.value.remedy).startswith("chmod 600")


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes = b"") -> bytes:
    """The key as a file holds it."""
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "FileNotFoundError"),
        (b"", "ValueError"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "ValueError"),
        ("locked", "TypeError"),
        ("rsa", "no P-256 key"),
        ("other curve", "no P-256 key"),
    ],
)
def test_what_is_no_key_of_ours_is_refused(tmp_path: Path, content: bytes | str | None, reason: str) -> None:
    path = tmp_path / "vapid.pem"
    makers = {
        "locked": lambda: pem(ec.generate_private_key(ec.SECP256R1()), b"secret"),
        "rsa": lambda: pem(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        "other curve": lambda: pem(ec.generate_private_key(ec.SECP384R1())),
    }
    if content is not None:
        path.write_bytes(makers[content]() if isinstance(content, str) else content)
        path.chmod(0o600)
    with pytest.raises(VapidKeyUnusable, match=reason):
        read_vapid(path, CONTACT)


@pytest.mark.parametrize(
    "contact", ["", "anna", "anna@burgers.example", "mailto:", "http://burgers.example", "https://"]
)
def test_a_contact_that_nobody_could_write_to_is_refused(tmp_path: Path, contact: str) -> None:
    with pytest.raises(VapidKeyUnusable, match="no contact"):
        make_vapid(tmp_path / "vapid.pem", contact)


@pytest.mark.parametrize("contact", ["mailto:push@burgers.example", "https://burgers.example/contact"])
def test_a_push_service_believes_who_we_are(tmp_path: Path, contact: str) -> None:
    vapid = make_vapid(tmp_path / "vapid.pem", contact)
    check_sender(vapid.authorization(ORIGIN, NOON), ORIGIN, vapid.public_key, NOON)


def test_a_token_lives_between_twelve_and_thirteen_hours() -> None:
    for minutes in (0, 1, 59):
        now = NOON + timedelta(minutes=minutes)
        token = our_vapid().authorization(ORIGIN, now).partition("t=")[2].partition(",")[0]
        left = float(read_claims(token, our_vapid().public_key)["exp"]) - now.timestamp()
        assert 12 * 3600 < left <= 13 * 3600
