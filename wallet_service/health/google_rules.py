"""What to think of the way to Google Wallet: its queue, its issuers and their keys, the address it is to reach. PURE."""

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from wallet_service.health.grades import OVERDUE, Finding, Grade, failed, graded
from wallet_service.health.state import IssuerState, Queue, State, Trouble
from wallet_service.wallets.google.verdict import Done, Verdict

SHARE = 0.95
"""Of its pace a queue keeps at least this while it is full."""

WRITERS = frozenset({"OWNER", "WRITER"})

HOME = (".localhost", ".local", ".internal", ".home.arpa")
"""Ends of names that the internet never learns (RFC 6761, RFC 6762, RFC 8375, and ICANN of 2024)."""

TROUBLE = "google-trouble"
"""The slug under which a customer's link is refused for the same reasons."""

NEW_KEY = (
    "Make a new JSON key of {email} in the Google Cloud console, then run `wallet-service brand google set` with it."
)
INVITE = "Invite {email} as a developer in the Google Pay & Wallet console, in the account with the issuer id {issuer}."
LATER = "Ask again in some minutes."
REMEDIES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"quota|rate ?limit|\b4(08|29)\b", re.IGNORECASE), LATER),
    (re.compile(r"short-lived|timeframe", re.IGNORECASE), "Set the clock of this machine by NTP."),
    (re.compile(r"^(no access token: 4|401)"), NEW_KEY),
    (
        re.compile(r"has not been used|disabled|accessNotConfigured", re.IGNORECASE),
        "Enable the Google Wallet API in the Google Cloud project of {email}, and wait some minutes.",
    ),
    (re.compile(r"^403"), f"{INVITE} If it is invited already, see that the console shows this very id."),
    (re.compile(r"^40[04]"), "See that {issuer} is the issuer id that the Google Pay & Wallet console shows."),
    (re.compile(r"^no answer|: [A-Z]\w+$"), "Let this machine out to Google (firewall, DNS, trusted roots)."),
    (re.compile(""), LATER),
)
"""What Google's refusal says -> what to do; the first that fits."""


def backlog(queue: Queue, per_s: float) -> Finding:
    """The queue to Google, which may be long: `per_s` requests a second and no more. It must move at that pace."""
    explained = queue.passed / (per_s * SHARE)
    late = OVERDUE.grade(queue.oldest - explained)
    text = (
        f"{queue.cards} changed cards are to be shown in Google Wallet, {queue.failing} of them tried repeatedly in "
        f"vain; the oldest is {queue.oldest:.0f} s late, and {queue.passed} went before it."
    )
    remedy = "See that a worker runs, and what is found of google; GET /v1/cards/{id} has Google's word on each card."
    return graded("google-backlog", max(late, Grade.WARN if queue.failing else Grade.OK), text, remedy)


def issuers(state: State) -> Iterator[Finding]:
    """Whether we may speak to Google for each brand that has an issuer."""
    for each in state.issuers or ():
        if each.brand is None:
            yield Finding(Grade.OK, "google", f"{each.issuer} has a key file here, and no brand here uses it.")
        else:
            yield from _issuer(each, f"{each.issuer} ({each.brand})")


def public_url(state: State) -> Iterator[Finding]:
    """Google fetches images from us and calls us back, over https, from the internet."""
    if any(each.brand for each in state.issuers or ()):
        yield reach(state.public_url)


def reach(public_url: str) -> Finding:
    """Whether Google reaches us under this address."""
    well = public_url.startswith("https://") and not _is_here(_host(public_url))
    remedy = "Set WALLET_PUBLIC_URL to the https address under which the internet reaches this service."
    text = f"Google is to fetch images from {public_url} and to call back there."
    return graded("public-url", Grade.OK if well else Grade.FAIL, text, remedy)


def permit_trouble(issuer: IssuerState, verdict: Verdict) -> Trouble | None:
    """What Google's answer to "who may act for this issuer?" means for its account; None: it may."""
    filled = {"email": issuer.email, "issuer": issuer.issuer}
    if isinstance(verdict, Done):
        role = _role_of(issuer.email, verdict.resource)
        named = f"may only read (its role is {role})" if role else "is not among the users of this issuer"
        return None if role in WRITERS else Trouble(f"{issuer.email} {named}.", INVITE.format_map(filled), TROUBLE)
    remedy = next(remedy for words, remedy in REMEDIES if words.search(verdict.reason))
    return Trouble(f"Google says: {verdict.reason.rstrip('.')}.", remedy.format_map(filled), TROUBLE)


def troubles(issuer: IssuerState) -> Sequence[Trouble]:
    """Everything that keeps us from speaking for this issuer, as far as it was found out."""
    refused = None if issuer.permit is None else permit_trouble(issuer, issuer.permit)
    return (*issuer.flaws, refused) if refused else issuer.flaws


def _issuer(issuer: IssuerState, name: str) -> Iterator[Finding]:
    found = troubles(issuer)
    for each in found:
        yield failed("google", Trouble(f"{name}: {each.why}", each.remedy))
    if not found:
        may = "its key is readable, and by us alone" if issuer.permit is None else f"{issuer.email} may act for it"
        yield Finding(Grade.OK, "google", f"{name}: {may}.")


def _role_of(email: str | None, resource: Mapping[str, Any]) -> str | None:
    """The role of this user; Google writes roles in either case."""
    users = resource.get("permissions")
    found = (each for each in users if isinstance(each, dict)) if isinstance(users, list) else ()
    roles = {str(each.get("emailAddress")).lower(): str(each.get("role")).upper() for each in found}
    return roles.get((email or "").lower())


def _host(url: str) -> str:
    """The host of an address; empty where there is none, or what stands there is no address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_here(host: str) -> bool:
    """Whether only this machine or its network knows the host."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(HOME)
