"""Takes a picture of a page with a Chromium on this machine, which is given a fresh profile and no network."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from wallet_service.errors import Unavailable
from wallet_service.wallets.apple.preview.trim import trimmed

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
WIDTH, HEIGHT = 1920, 5000
"""CSS pixels of the window; what stays empty below the page is cut off."""
SHARPNESS = 2
MARGIN = 56
PATIENCE = 120.0
"""Seconds a browser may take."""

FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    f"--force-device-scale-factor={SHARPNESS}",
    f"--window-size={WIDTH},{HEIGHT}",
)


class BrowserMissing(Unavailable):
    """A picture of a page is taken by Chromium, and this machine has none, or the one named is not there."""

    slug = "browser-missing"
    title = "There is no Chromium to take the picture"


class PictureFailed(Unavailable):
    """Chromium ran and left no picture; its last words are in the detail."""

    slug = "picture-failed"
    title = "The picture could not be taken"


def photograph(page: Path, picture: Path, browser: Path | None = None) -> None:
    """Write a PNG of the whole page. `browser`: the program to use, else one found by name on the PATH.

    Raises `BrowserMissing` or `PictureFailed`.
    """
    program = _found(browser)
    with TemporaryDirectory(prefix="preview-", ignore_cleanup_errors=True) as folder:
        shot = Path(folder) / "shot.png"
        own = (f"--user-data-dir={folder}/profile", f"--screenshot={shot}", page.resolve().as_uri())
        words = _run([program, *FLAGS, *_unboxed(), *own])
        try:
            picture.write_bytes(trimmed(shot.read_bytes(), MARGIN * SHARPNESS))
        except (FileNotFoundError, ValueError) as trouble:
            remedy = "Try it by hand, or another browser."
            raise PictureFailed(f"{program} left no picture. {words}", remedy=remedy) from trouble


def _found(browser: Path | None) -> str:
    wanted = NAMES if browser is None else (str(browser),)
    found = next(filter(None, map(shutil.which, wanted)), None)
    if found is None:
        words = f"{browser} cannot be run." if browser else f"None of {', '.join(NAMES)} is on the PATH."
        raise BrowserMissing(words, remedy="Install chromium, or name one with --chromium or WALLET_CHROMIUM.")
    return found


def _unboxed() -> list[str]:
    """Chromium refuses its sandbox to root, and only to root."""
    return ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []


def _run(command: list[str]) -> str:
    """What the browser said last, short."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 - a browser the operator chose, on our own page
    except (OSError, subprocess.TimeoutExpired) as trouble:
        return str(trouble)
    return done.stderr.decode(errors="replace").strip()[-200:]
