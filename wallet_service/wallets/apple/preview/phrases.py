"""What the phone itself says around a card, in the languages we know it in."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words of iOS; anything in another language is shown with the English ones."""

    now: str
    details: str
    updates: str
    notifications: str
    suggestions: str
    remove: str
    changed: str
    """The notification when no single field has something to say."""


ENGLISH = Phrases(
    now="now",
    details="Details",
    updates="Automatic Updates",
    notifications="Allow Notifications",
    suggestions="Suggest on Lock Screen",
    remove="Remove Pass",
    changed="Store card changed",
)

PHRASES: Mapping[str, Phrases] = {
    "en": ENGLISH,
    "ru": Phrases(
        now="сейчас",
        details="Подробнее",
        updates="Автообновление",
        notifications="Допуск уведомлений",
        suggestions="Предлагать на экране блокировки",
        remove="Удалить карту",
        changed="Карта магазина изменилась",
    ),
}


def phrases(language: str) -> Phrases:
    """What a phone of this language (BCP 47) says."""
    return PHRASES.get(language.partition("-")[0], ENGLISH)
