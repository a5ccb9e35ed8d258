"""The pass of every bundled template's sample member, in every language of it: what phones are given, to be read."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.conftest import TEMPLATES
from tests.people import PASS_TYPE
from wallet_service.cards.design import CardState, compose
from wallet_service.cards.faces import style_of
from wallet_service.cards.templates import parse_template, read_template
from wallet_service.clock import Clock
from wallet_service.tokens import MasterKeys
from wallet_service.wallets.apple.keyring import Certificates
from wallet_service.wallets.apple.push.memory import MemoryPushTransport
from wallet_service.wallets.apple.wallet import AppleWallet, PushStyle
from wallet_service.wallets.seam import CardFace

GOLDEN = Path(__file__).parent
MODIFIED = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sample:
    """A golden pass: `<template>.<language>`, and its face."""

    name: str
    face: CardFace

    @property
    def file(self) -> Path:
        """Where its pass.json is kept."""
        return GOLDEN / f"{self.name}.json"


def samples() -> Iterator[Sample]:
    """Every bundled template in each of its languages."""
    for folder in sorted(TEMPLATES.glob("*.pkpasstemplate")):
        template = parse_template(read_template(folder))
        for language in template.languages:
            holder = replace(template.sample, language=language)
            state = CardState(holder.card_id, PASS_TYPE, template.name, 1, 0, MODIFIED, 1, False, holder)
            yield Sample(f"{template.name}.{language}", compose(style_of(template, template.name, language), state))


def printing_press(certs: Path, clock: Clock) -> AppleWallet:
    """A wallet whose passes are the same on every machine, but for the certificate."""
    style, keys = PushStyle(priority=5, expiry=0), MasterKeys({1: b"a key for golden passes, no more"})
    return AppleWallet(
        Certificates(certs), keys, clock, "https://cards.example.com", style, lambda _: MemoryPushTransport()
    )


async def printed(press: AppleWallet, sample: Sample) -> bytes:
    """The .pkpass."""
    return b"".join((await press.package(sample.face)).pieces)


def members(file: bytes) -> Mapping[str, bytes]:
    """The files in a .pkpass."""
    with zipfile.ZipFile(io.BytesIO(file)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def readable(pass_json: bytes) -> str:
    """pass.json for people: sorted, indented, letters as they are."""
    return json.dumps(json.loads(pass_json), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
