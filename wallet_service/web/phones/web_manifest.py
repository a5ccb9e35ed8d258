"""What makes the web card an app on a home screen: its manifest, its icons, and a worker for when there is no network.

PURE.
"""

from collections.abc import Mapping

import orjson

from wallet_service.cards.png import pixels
from wallet_service.wallets.looks import Colour, Look
from wallet_service.web.http import Answer, fields
from wallet_service.web.phones.link_pages import UNTOLD, script_of
from wallet_service.web.phones.web_card import ICONS, css, inside

SIDE, MARGIN = 512, 96
"""Of the large icon, drawn around the small one: a fifth on each side may be cut off (W3C Manifest, maskable icons)."""

SMALL = "icon.png"
LARGE = "icon.svg"


def manifest(look: Look, images: Mapping[str, bytes], path: str, language: str) -> Answer:
    """The manifest (W3C Web Application Manifest) of the card whose link has this path."""
    colour = css(look.colours.background)
    said = {
        "id": path,
        "name": look.description or look.organisation,
        "short_name": look.organisation,
        "lang": language,
        "start_url": f"{path}?web",
        "scope": path,
        "display": "standalone",
        "background_color": colour,
        "theme_color": colour,
        "icons": [*_small(images, path), _large(path)],
    }
    return _answer(orjson.dumps(said), "application/manifest+json")


def small_icon(images: Mapping[str, bytes]) -> Answer | None:
    """The sharpest icon of the template, if it has one."""
    icon = _sharpest(images)
    return _answer(icon, "image/png") if icon else None


def large_icon(images: Mapping[str, bytes], background: Colour) -> Answer:
    """The icon on a field of the card's colour: of any size, and maskable."""
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
        f'<rect width="{SIDE}" height="{SIDE}" fill="{css(background)}"/>{_in_the_middle(_sharpest(images))}</svg>'
    )
    return _answer(drawing.encode(), "image/svg+xml")


def worker(path: str) -> Answer:
    """The service worker of this card; its scope is the link itself, one step above its own address."""
    more = {"Service-Worker-Allowed": path, "Content-Security-Policy": "default-src 'none'; connect-src 'self'"}
    answer = _answer(script_of("worker.js").encode(), "text/javascript; charset=utf-8")
    return answer._replace(fields=answer.fields + fields(more))


def _in_the_middle(icon: bytes) -> str:
    side = SIDE - 2 * MARGIN
    return f'<image href="{inside(icon)}" x="{MARGIN}" y="{MARGIN}" width="{side}" height="{side}"/>' if icon else ""


def _sharpest(images: Mapping[str, bytes]) -> bytes:
    return next((images[name] for name in reversed(ICONS) if name in images), b"")


def _small(images: Mapping[str, bytes], path: str) -> list[dict[str, str]]:
    size = pixels(_sharpest(images))
    if size is None:
        return []
    width, height = size
    return [{"src": f"{path}/{SMALL}", "type": "image/png", "sizes": f"{width}x{height}"}]


def _large(path: str) -> dict[str, str]:
    return {"src": f"{path}/{LARGE}", "type": "image/svg+xml", "sizes": "any", "purpose": "any maskable"}


def _answer(content: bytes, media_type: str) -> Answer:
    return Answer(200, (content,), fields({"Content-Type": media_type} | UNTOLD))
