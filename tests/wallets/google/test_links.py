"""A save link names objects, is signed by the service account, and is never too long to arrive."""

from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.wallets.google.notary import ISSUER, NOW
from wallet_service.outcomes import Refused
from wallet_service.wallets.google.links import ROOT, TOO_LONG, Saved, save_link
from wallet_service.wallets.google.service_account import ServiceAccount

CARD = Saved(f"{ISSUER}.card_01k9zzzzzzzzzzzzzzzzzzzzzz", f"{ISSUER}.burger-heroes.1")


@pytest.fixture(scope="module")
def account() -> ServiceAccount:
    return ServiceAccount(
        Path("service-account.json"),
        "burger-heroes",
        "cards@burger-heroes.iam.gserviceaccount.com",
        rsa.generate_private_key(65537, 2048),
        "0123456789abcdef0123456789abcdef01234567",
        "https://oauth2.googleapis.com/token",
        0o600,
    )


def token_of(link: str | Refused) -> str:
    """The JWT of a link."""
    assert isinstance(link, str)
    root, _, token = link.rpartition("/")
    assert root == ROOT
    return token


def opened(account: ServiceAccount, link: str | Refused) -> dict[str, Any]:
    """The claims of a link, as Google reads them."""
    token = token_of(link)
    claims: dict[str, Any] = jwt.decode(
        token, account.key.public_key(), algorithms=["RS256"], audience="google", options={"verify_iat": False}
    )
    return claims


def test_a_link_says_which_object_and_nothing_of_its_holder(account: ServiceAccount):
    link = save_link(account, [CARD], NOW)
    assert opened(account, link) == {
        "iss": account.email,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(NOW.timestamp()),
        "origins": [],
        "payload": {"loyaltyObjects": [{"id": CARD.object_id, "classId": CARD.class_id}]},
    }
    assert jwt.get_unverified_header(token_of(link)) == {"alg": "RS256", "typ": "JWT", "kid": account.key_id}


def test_the_time_is_in_whole_seconds(account: ServiceAccount):
    link = save_link(account, [CARD], NOW.replace(microsecond=999_999))
    assert opened(account, link)["iat"] == int(NOW.timestamp())


def test_several_cards_are_saved_by_one_link(account: ServiceAccount):
    cards = [CARD, Saved(f"{ISSUER}.card_2", CARD.class_id)]
    claims = opened(account, save_link(account, cards, NOW))
    assert [each["id"] for each in claims["payload"]["loyaltyObjects"]] == [card.object_id for card in cards]


def test_the_root_can_be_elsewhere(account: ServiceAccount):
    link = save_link(account, [CARD], NOW, root="http://127.0.0.1:1/save")
    assert isinstance(link, str)
    assert link.startswith("http://127.0.0.1:1/save/eyJ")


def test_a_link_that_is_too_long_is_refused_and_the_longest_below_is_not(account: ServiceAccount):
    links = [save_link(account, [Saved("x" * letters, CARD.class_id)], NOW) for letters in range(700, 1300)]
    lengths = [len(token_of(link)) for link in links if not isinstance(link, Refused)]
    refused = [link.reason for link in links if isinstance(link, Refused)]
    assert TOO_LONG - 3 < max(lengths) < TOO_LONG
    assert len(lengths) + len(refused) == 600
    assert f"{TOO_LONG} is too long" in refused[0]
    assert isinstance(save_link(account, [Saved("x" * 1300, CARD.class_id)], NOW), Refused)
