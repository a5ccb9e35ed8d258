"""The service account of a brand's app: the key file with which we may push through its Firebase project.

certs/fcm/<brand id>/service-account.json   as the Firebase console gives it, mode 0600

The brand names the folder: each has an app of its own, hence a Firebase project of its own.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from wallet_service.channels.app_push import REMEDY, AppAccountUnusable, AppPush
from wallet_service.private_files import make_private_folder, put

FOLDER, FILE = "fcm", "service-account.json"


def app_account_file(certs_dir: Path, brand_id: str) -> Path:
    """Where the key file of this brand's app lies."""
    return certs_dir / FOLDER / brand_id / FILE


def brands_with_an_app(certs_dir: Path) -> list[str]:
    """The ids of brands that have a key file, sorted."""
    return sorted(file.parent.name for file in (certs_dir / FOLDER).glob(f"*/{FILE}"))


def read_app_account(file: Path) -> Mapping[str, Any]:
    """The JSON of a key file. Raises `AppAccountUnusable`; whether its key is any good, opening a channel tells."""
    try:
        said = orjson.loads(file.read_bytes())
    except OSError as trouble:
        raise _unusable(file, f"cannot be read: {trouble.strerror}") from None
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        raise _unusable(file, "is not a JSON object")
    if said.get("type") != "service_account":
        raise _unusable(file, 'is not the key of a service account (its "type" says otherwise)')
    return said


async def install_app_account(key: Path, file: Path) -> str:
    """Keep a copy of a key that can be used, in the place of an older one; the Firebase project it is for.

    Raises `AppAccountUnusable` or `FcmMissing`; then nothing is written.
    """
    account = read_app_account(key)
    await AppPush(account).aclose()
    make_private_folder(file.parent)
    put(file, orjson.dumps(account, option=orjson.OPT_INDENT_2))
    return str(account["project_id"])


def _unusable(file: Path, flaw: str) -> AppAccountUnusable:
    return AppAccountUnusable(f"{file} {flaw}.", remedy=REMEDY)
