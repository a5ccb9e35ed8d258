"""Looks at the keys with which brands push to their own apps, and whether the package that takes them is there."""

from importlib.util import find_spec
from pathlib import Path

from wallet_service.channels.app_account import app_account_file, brands_with_an_app
from wallet_service.channels.app_push import REMEDY, AppAccountUnusable, FcmMissing
from wallet_service.health.google import open_to_others
from wallet_service.health.state import AppState, Trouble
from wallet_service.wallets.google.service_account import ServiceAccountUnusable, load_service_account

NO_PACKAGE = Trouble(f"{FcmMissing.title}.", "Run pip install 'wallet-service[fcm]'.", FcmMissing.slug)


def look_at_apps(certs_dir: Path) -> tuple[AppState, ...]:
    """Every brand with a key file of its app. Reads files, some 40 ms for each: call it in a thread.

    firebase-admin is not loaded for it: a process that sends no pushes can do without.
    """
    missing = () if find_spec("firebase_admin") else (NO_PACKAGE,)
    return tuple(_look_at(certs_dir, brand, missing) for brand in brands_with_an_app(certs_dir))


def _look_at(certs_dir: Path, brand: str, missing: tuple[Trouble, ...]) -> AppState:
    try:
        account = load_service_account(app_account_file(certs_dir, brand))  # Firebase's key files are Google Cloud's
    except ServiceAccountUnusable as refusal:
        return AppState(brand, flaws=(Trouble(refusal.detail, REMEDY, AppAccountUnusable.slug), *missing))
    return AppState(brand, account.project, (*open_to_others(account), *missing))
