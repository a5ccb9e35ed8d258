"""What our own pages say around a card, in the languages we know."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The words of our pages in one language."""

    language: str
    card: str
    barcode: str
    offers: str
    until: str
    """`%` stands for a day."""
    apple: str
    google: str
    notify: str
    notified: str
    not_notified: str
    offline: str
    """`%` stands for a date and time."""
    scan: str
    scan_how: str
    open_here: str
    nothing_here: str
    withdrawn: str
    try_later: str


ENGLISH = Words(
    language="en",
    card="Loyalty card",
    barcode="Barcode of the card",
    offers="Your offers",
    until="until %",
    apple="Add to Apple Wallet",
    google="Add to Google Wallet",
    notify="Send me notifications",
    notified="Notifications are on. Turn off",
    not_notified="This browser lets us tell you nothing.",
    offline="You are offline. This is the card as of %.",
    scan="Scan this with your phone",
    scan_how="Open the camera and point it at the code: the card opens on your phone.",
    open_here="Show the card in this browser",
    nothing_here="There is no card here.",
    withdrawn="This card was withdrawn.",
    try_later="The card cannot be given out at the moment. Please try again later.",
)

WORDS: Mapping[str, Words] = {
    "en": ENGLISH,
    "ru": Words(
        language="ru",
        card="Карта лояльности",
        barcode="Код карты",
        offers="Ваши предложения",
        until="до % включительно",
        apple="Добавить в Apple Wallet",
        google="Добавить в Google Wallet",
        notify="Присылать уведомления",
        notified="Уведомления включены. Выключить",
        not_notified="Этот браузер не даёт присылать уведомления.",
        offline="Нет связи. Карта показана по состоянию на %.",
        scan="Отсканируйте телефоном",
        scan_how="Откройте камеру и наведите её на код: карта откроется в телефоне.",
        open_here="Показать карту в этом браузере",
        nothing_here="Здесь нет карты.",
        withdrawn="Эта карта отозвана.",
        try_later="Сейчас карту выдать нельзя. Попробуйте, пожалуйста, позже.",
    ),
}

LONGEST = 200
"""Characters read of an `Accept-Language`."""


def words_for(accepted: str | None, language: str = "en") -> Words:
    """The words for whoever sent this `Accept-Language`; if we speak none of it, those that go with the card's language."""
    wanted = sorted(_wishes(accepted or ""), key=lambda wish: -wish[1])
    tags = (*(tag for tag, quality in wanted if quality > 0), _short(language))
    return next((WORDS[tag] for tag in tags if tag in WORDS), ENGLISH)


def _wishes(accepted: str) -> list[tuple[str, float]]:
    """Languages with their qualities (RFC 9110, 12.5.4)."""
    parts = (part.partition(";") for part in accepted[:LONGEST].split(","))
    return [(_short(tag), _quality(parameter)) for tag, _, parameter in parts]


def _short(tag: str) -> str:
    return tag.strip().lower().partition("-")[0]


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
