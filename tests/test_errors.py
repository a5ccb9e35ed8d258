"""The tree of refusals: each has a status, a name and words for the caller."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import wallet_service
from wallet_service.errors import WalletServiceError

NOT_IMPORTABLE = re.compile(r"__main__|migrations|apns2_adapter")
"""These run when imported, or need an extra."""


def below(kind: type[WalletServiceError]) -> Iterator[type[WalletServiceError]]:
    """This kind of refusal and all below it, of ours."""
    yield kind
    for child in kind.__subclasses__():
        if child.__module__.startswith("wallet_service."):
            yield from below(child)


def complaints(kind: type[WalletServiceError]) -> Iterator[str]:
    """What its declaration lacks."""
    if not 400 <= kind.status <= 599:
        yield f"{kind.__name__}: {kind.status} is no status of a refusal"
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", kind.slug):
        yield f"{kind.__name__}: {kind.slug!r} is no slug"
    if not kind.title or kind.title.endswith("."):
        yield f"{kind.__name__}: a title is a phrase without a full stop"
    if not (kind.__doc__ or "").strip():
        yield f"{kind.__name__}: no words for the caller"


def test_every_refusal_says_what_it_means():
    for module in pkgutil.walk_packages(wallet_service.__path__, "wallet_service."):
        if not NOT_IMPORTABLE.search(module.name):
            importlib.import_module(module.name)
    every = list(below(WalletServiceError))
    assert len(every) > 30
    assert [complaint for kind in every for complaint in complaints(kind)] == []


def test_a_refusal_carries_its_detail_its_remedy_and_more():
    refusal = WalletServiceError("It is so.", remedy="Do this.", balance=5)
    assert (refusal.detail, refusal.remedy, refusal.extra) == ("It is so.", "Do this.", {"balance": 5})
    assert str(refusal) == "It is so."
