"""The surroundings of app push for tests: a brand's Firebase project, and messages for its phones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from wallet_service.channels.app_push import AppPush
from wallet_service.channels.seam import Address, Kind, Message
from wallet_service.simulators.fcm import FcmSimulator
from wallet_service.simulators.fcm_tokens import make_key


@cache
def account_key() -> rsa.RSAPrivateKey:
    """The key of the brand's service account: one for the whole run, for it takes its time."""
    return make_key()


def message(address: str = "anna", /, *, kind: Kind = "fid", **rest: Any) -> Message:
    """A message to this address, named after it."""
    usual = {
        "key": f"news/{address}"[:64],
        "title": "Burger Heroes",
        "body": "300 бонусов ждут вас",
        "link": "https://burgers.example/news",
        "topic": "news",
        "expires_s": 3600,
    }
    return Message(address=Address(kind, address), **{**usual, **rest})


@asynccontextmanager
async def app_push(fcm: FcmSimulator, **options: Any) -> AsyncIterator[AppPush]:
    """A channel to this project, closed at the end; options as of `AppPush`."""
    channel = AppPush(options.pop("account", fcm.account), **{"root": fcm.root, "deadline": 5.0, **options})
    try:
        yield channel
    finally:
        await channel.aclose()
