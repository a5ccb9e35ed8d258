"""In which language we speak to whoever opens a link."""

from dataclasses import fields

import pytest

from wallet_service.web.phones.link_words import WORDS, words_for


@pytest.mark.parametrize(
    ("accepted", "card", "spoken"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "en", "ru"),
        ("en-GB", "ru", "en"),
        ("de;q=1,en;q=0.3,ru;q=0.7", "en", "ru"),
        ("de-DE,de;q=0.9", "ru", "ru"),
        ("de", "pt-BR", "en"),
        (None, "ru-RU", "ru"),
        ("", "ru", "ru"),
        ("ru;q=0,fr", "en", "en"),
        ("ru;q=much", "en", "en"),
        ("RU;level=1", "en", "ru"),
        (";;,,;q=", "ru", "ru"),
        ("x" * 100_000 + ",en", "ru", "ru"),
    ],
    ids=lambda text: str(text)[:24],
)
def test_the_best_language_we_share_is_spoken_else_that_of_the_card(
    accepted: str | None, card: str, spoken: str
) -> None:
    assert words_for(accepted, card).language == spoken


@pytest.mark.parametrize("language", WORDS)
def test_every_language_says_everything(language: str) -> None:
    words = WORDS[language]

    assert all(getattr(words, field.name).strip() for field in fields(words))
    assert words.offline.count("%") == 1
