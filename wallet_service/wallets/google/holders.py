"""Asks Google who holds the objects of a class, a page at a time: whoever walks them may pause, and go on later."""

from collections.abc import Iterator

from wallet_service.outcomes import Outcome
from wallet_service.wallets.google import calls
from wallet_service.wallets.google.calls import Json
from wallet_service.wallets.google.client import GoogleClient
from wallet_service.wallets.google.pace import Lane
from wallet_service.wallets.google.verdict import Done, NoSuchClass, NoSuchObject, Verdict, outcome_of
from wallet_service.wallets.holding import HolderPage

PAGE = 200
"""Objects in one answer, which is one of the requests that a project may make in a second."""


async def ask_holders(client: GoogleClient, class_id: str, token: str, most: int = PAGE) -> HolderPage | Outcome:
    """The page of a class that begins at `token` (empty: the first), when its turn has come behind all customers."""
    return read_page(await client.call(calls.list_objects(class_id, most, token), Lane.CAMPAIGN))


def read_page(verdict: Verdict) -> HolderPage | Outcome:
    """What an answer says. PURE. A class that Google has not got has no holders; how long to wait is up to the caller."""
    match verdict:
        case Done(answer):
            return HolderPage(dict(_held(answer)), _following(answer))
        case NoSuchClass() | NoSuchObject():
            return HolderPage({}, "")
    return outcome_of(verdict, pause=0.0)


def _held(answer: Json) -> Iterator[tuple[str, bool]]:
    """Where `hasUsers` is missing, that says nothing: Google also writes it where it is false."""
    resources = answer.get("resources")
    for each in resources if isinstance(resources, list) else ():
        match each:
            case {"id": str(object_id), "hasUsers": bool(has_users)}:
                yield object_id, has_users


def _following(answer: Json) -> str:
    match answer:
        case {"pagination": {"nextPageToken": str(token)}}:
            return token
    return ""
