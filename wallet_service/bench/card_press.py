"""A brand in memory with one design of 180 kB, and wallets that press its cards: no database, no disk but for the keys."""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from wallet_service.cards.design import CardState, Style, compose
from wallet_service.cards.faces import style_of
from wallet_service.cards.template_source import TemplateSource
from wallet_service.cards.templates import Template, parse_template
from wallet_service.clock import SystemClock
from wallet_service.tokens import MasterKeys
from wallet_service.wallets.apple.certificates import PassCertificate
from wallet_service.wallets.apple.devpki import make_dev_certificates
from wallet_service.wallets.apple.keyring import Certificates
from wallet_service.wallets.apple.push.memory import MemoryPushTransport
from wallet_service.wallets.apple.signing_room import SigningRoom
from wallet_service.wallets.apple.wallet import AppleWallet, PushStyle
from wallet_service.wallets.seam import CardFace

PASS_TYPE = "pass.com.example.bench"  # noqa: S105 - no secret, Apple calls it so
IMAGES = {
    "icon.png": 2_000,
    "icon@2x.png": 5_000,
    "icon@3x.png": 9_000,
    "logo@2x.png": 12_000,
    "logo@3x.png": 20_000,
    "strip@2x.png": 52_000,
    "strip@3x.png": 82_000,
}
"""Bytes of each image: 182 kB, as a card with a photograph has them."""

SHEET = b"""
[card]
title = "Bench"
languages = ["en"]
announce = "balance"
[points.en]
one = "point"
other = "points"
[sample]
name = "Anna Petrova"
balance = 1250
external_id = "BH-100045"
"""
STORE_CARD = {
    "headerFields": [{"key": "balance", "label": "POINTS", "value": "{balance}"}],
    "secondaryFields": [{"key": "member", "label": "MEMBER", "value": "{name|or:Member}"}],
    "auxiliaryFields": [{"key": "number", "label": "CARD", "value": "{external_id}"}],
    "backFields": [
        {"key": "points", "label": "Your balance", "value": "{balance|points}: one pays one penny of any order."},
        {"key": "rules", "label": "Rules", "value": "Points live for 12 months and pay up to half of an order. " * 8},
        {"key": "phone", "label": "Phone", "value": "+44 20 7946 0101"},
    ],
}
PASS_JSON = {
    "organizationName": "Bench",
    "description": "Bench loyalty card",
    "backgroundColor": "rgb(172, 24, 28)",
    "foregroundColor": "rgb(255, 255, 255)",
    "barcodes": [{"format": "PKBarcodeFormatQR", "message": "{card_id}", "messageEncoding": "iso-8859-1"}],
    "storeCard": STORE_CARD,
}


@dataclass(frozen=True, slots=True)
class CardPress:
    """One design, any number of cards of it, and wallets with a certificate for them."""

    style: Style
    _template: Template
    _certs: Path
    _numbers: Iterator[int]

    def states(self, cards: int) -> list[CardState]:
        """That many cards as the database would tell them, none of them seen before."""
        return [self._state(number) for _, number in zip(range(cards), self._numbers, strict=False)]

    def face(self, state: CardState) -> CardFace:
        """What the card shows."""
        return compose(self.style, state)

    @asynccontextmanager
    async def wallet(self, room: SigningRoom) -> AsyncIterator[AppleWallet]:
        """A wallet that has signed nothing yet, and signs in this room; open while inside."""
        wallet = AppleWallet(
            Certificates(self._certs, patience=float("inf")),
            MasterKeys({1: bytes(32)}),
            SystemClock(),
            "https://cards.example.com",
            PushStyle(priority=5, expiry=0),
            _to_nowhere,
            _room=room,
        )
        yield wallet
        await wallet.aclose()

    def _state(self, number: int) -> CardState:
        card, member = f"card_{number:026d}", replace(self._template.sample, card_id=f"card_{number}", balance=number)
        return CardState(card, PASS_TYPE, "bench", 1, number, SystemClock().now(), 1, False, member)


@contextmanager
def card_press() -> Iterator[CardPress]:
    """A press, and a folder with its keys while inside."""
    with TemporaryDirectory() as folder:
        make_dev_certificates(Path(folder), PASS_TYPE, "TEAM123456", "Bench", SystemClock().now())
        template = parse_template(TemplateSource("bench", _files()))
        yield CardPress(style_of(template, "bench", "en"), template, Path(folder), count(1))


def _files() -> dict[str, bytes]:
    noise = random.Random(180)  # noqa: S311 - pictures, not secrets; what compresses would flatter others
    images = {name: noise.randbytes(size) for name, size in IMAGES.items()}
    return {"card.toml": SHEET, "pass.json": orjson.dumps(PASS_JSON), **images}


def _to_nowhere(_: PassCertificate) -> MemoryPushTransport:
    return MemoryPushTransport()
