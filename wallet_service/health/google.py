"""Looks at the way to Google Wallet: the key files of all issuers, and whether Google lets their accounts act."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from wallet_service.clock import Clock
from wallet_service.health.gather import trouble_of
from wallet_service.health.state import IssuerState, Trouble
from wallet_service.private_files import OTHERS
from wallet_service.settings import Settings
from wallet_service.wallets.google import calls, verdict
from wallet_service.wallets.google.client import GoogleClient
from wallet_service.wallets.google.pace import Pace
from wallet_service.wallets.google.service_account import ServiceAccount, ServiceAccounts, ServiceAccountUnusable


def look_at_issuers(accounts: ServiceAccounts, brands: Mapping[str, str]) -> tuple[IssuerState, ...]:
    """Every issuer that a brand uses (issuer id -> its brand) or that has a key file. Reads files: call it in a thread."""
    return tuple(_look_at(accounts, issuer, brands.get(issuer)) for issuer in sorted({*brands, *accounts.issuers()}))


async def ask_google(settings: Settings, clock: Clock, issuers: Sequence[IssuerState]) -> tuple[IssuerState, ...]:
    """Each issuer with Google's word on who may act for it: one request each, at the pace of one project for all.

    That pace is not shared with the service's processes: who only looks books no share of theirs.
    """
    accounts, pace = ServiceAccounts(settings.certs_dir), Pace()
    return tuple(await asyncio.gather(*(_asked(settings, clock, accounts, pace, each) for each in issuers)))


def _look_at(accounts: ServiceAccounts, issuer: str, brand: str | None) -> IssuerState:
    try:
        account = accounts.account(issuer)
    except ServiceAccountUnusable as refusal:
        return IssuerState(issuer, brand, flaws=(trouble_of(refusal),))
    return IssuerState(issuer, brand, account.email, open_to_others(account))


def open_to_others(account: ServiceAccount) -> tuple[Trouble, ...]:
    """The trouble with a key file that not only its owner may open."""
    if not account.file_mode & OTHERS:
        return ()
    text = f"Others on this machine may open its key file (mode {account.file_mode:04o})."
    return (Trouble(text, f"Run chmod 600 {account.file}.", "key-exposed"),)


async def _asked(
    settings: Settings, clock: Clock, accounts: ServiceAccounts, pace: Pace, issuer: IssuerState
) -> IssuerState:
    if issuer.brand is None or issuer.email is None:
        return issuer
    account = await asyncio.to_thread(accounts.account, issuer.issuer)
    return replace(issuer, permit=await _permissions(settings, clock, account, pace, issuer.issuer))


async def _permissions(
    settings: Settings, clock: Clock, account: ServiceAccount, pace: Pace, issuer: str
) -> verdict.Verdict:
    way = settings.google
    try:
        client = GoogleClient(
            account, pace=pace, clock=clock, root=way.root, trust_roots=way.trust_roots, deadline=way.deadline
        )
    except OSError as trouble:
        why = f"not asked: {way.trust_roots} cannot be read as roots: {type(trouble).__name__}"
        return verdict.Trouble(why, arrived=False)
    try:
        return await client.call(calls.permissions(issuer))
    finally:
        await client.aclose()
