"""Why an entry is there: in the words of the mechanic, or in ours, in the member's language."""

from datetime import date

import pytest

from tests.loyalty.programme_file import file_with, mechanic
from wallet_service.loyalty.awards.explain import GRANTS, SAID, Told, explain
from wallet_service.loyalty.awards.explain_words import POINTS, SAYINGS
from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.rules.checks import HOLE, PLACEHOLDERS
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.library import library, together
from wallet_service.loyalty.rules.mechanic import Mechanic
from wallet_service.loyalty.rules.reading import read_rulebook
from wallet_service.loyalty.rules.rulebook import EMPTY, Rulebook, Tier

READY = read_rulebook(together(library()))
RECEIPT = Told(receipt="4711")
SPRING = date(2027, 3, 1)

BY_MECHANICS = [
    ("en", "welcome", 300, "+300 to welcome you."),
    ("ru", "welcome", 300, "+300 в подарок за вступление."),
    ("de", "birthday-points", 200, "+200: Alles Gute zum Geburtstag!"),
    ("de-AT", "cashback", 1250, "+1.250 für Ihren Einkauf, Bon 4711."),
    ("fr", "cashback", 1250, "+1,250 for your receipt 4711."),
    ("ru", "we-miss-you", 100, "+100: мы не видели вас 60 дней."),
    ("ru", "gold-gift", 500, "+500: ваш уровень теперь «Золотой»."),
    ("en", "gold-gift", 500, "+500: you have reached Gold."),
]


@pytest.mark.parametrize(("language", "name", "points", "why"), BY_MECHANICS)
def test_what_a_mechanic_gave_is_told_in_its_words(language: str, name: str, points: int, why: str) -> None:
    assert explain(Kind.POSTED, f"mechanic:{name}", points, language, READY, RECEIPT) == why


OURS: list[tuple[Kind, str, int, Told, str, str]] = [
    (Kind.POSTED, "opening", 70, Told(), "en", "70 points that you had before."),
    (Kind.POSTED, "mechanic:gone", 1, Told(), "en", "1 point by the rules of the programme."),
    (Kind.POSTED, "mechanic:stamps", 21, Told(), "ru", "21 бонус по правилам программы."),
    (Kind.POSTED, "mechanic:cashback", 5, Told(), "de", "5 Punkte nach den Regeln des Programms."),
    (Kind.POSTED, "manual", 5, RECEIPT, "de", "5 Punkte für Ihren Einkauf, Bon 4711."),
    (Kind.POSTED, "manual", 22, Told(reason="Jubiläum"), "ru", "Начислено: 22 бонуса (Jubiläum)."),
    (Kind.POSTED, "manual", 5, Told(), "ru", "Начислено: 5 бонусов."),
    (Kind.POSTED, "", -1, RECEIPT, "de", "1 Punkt eingelöst, Bon 4711."),
    (Kind.POSTED, "", -1250, Told(reason="A coffee on us"), "en", "1,250 points taken off: A coffee on us."),
    (Kind.POSTED, "", -5, Told(), "sv", "5 points taken off."),
    (Kind.POSTED, "", 0, Told(), "en", "The balance was set to what it was."),
    (Kind.EXPIRED, "", -3, Told(), "de", "3 Punkte verfallen, nicht rechtzeitig eingelöst."),
    (Kind.HELD, "", -3, Told(), "en", "3 points set aside until you have paid."),
    (Kind.RELEASED, "", 3, Told(), "ru", "Возвращено: 3 бонуса (были отложены до оплаты)."),
    (Kind.REVERSED, "returned", 3, Told(), "en", "3 points back: what they had been spent for was undone."),
    (Kind.REVERSED, "", -3, RECEIPT, "en", "3 points taken back: what they had been given for was undone."),
    (Kind.REVERSED, "", 0, Told(), "de", "Versprochene Punkte wurden zurückgezogen."),
    (Kind.MERGED, "mechanic:welcome", 300, Told(), "en", "300 points moved here from another card of yours."),
    (Kind.MERGED, "", -300, Told(), "de", "300 Punkte auf eine andere Ihrer Karten."),
]


@pytest.mark.parametrize(("kind", "origin", "points", "told", "language", "why"), OURS)
def test_everything_else_is_told_in_ours(
    kind: Kind, origin: str, points: int, told: Told, language: str, why: str
) -> None:
    assert explain(kind, origin, points, language, READY, told) == why


@pytest.mark.parametrize("language", sorted(SAYINGS))
@pytest.mark.parametrize("points", [300, 0, -300])
@pytest.mark.parametrize("kind", list(Kind))
def test_something_is_said_of_every_kind_in_every_language_we_speak(kind: Kind, points: int, language: str) -> None:
    if kind in GRANTS or (kind, (points > 0) - (points < 0)) in SAID:
        assert explain(kind, "manual", points, language, EMPTY)


def test_we_say_the_same_things_in_every_language() -> None:
    assert SAYINGS.keys() == POINTS.keys()
    for key, english in SAYINGS["en"].items():
        assert {frozenset(HOLE.findall(said[key])) for said in SAYINGS.values()} == {frozenset(HOLE.findall(english))}
    assert {frozenset(said) for said in SAYINGS.values()} == {frozenset(SAYINGS["en"])}


def test_granted_points_are_told_with_their_last_day() -> None:
    why = explain(Kind.POSTED, "mechanic:welcome", 300, "en-GB", READY, Told(expires_on=SPRING))

    assert why == "+300 to welcome you. They can be spent until 1 March 2027."


def test_promised_points_are_told_with_their_first_day_until_it_has_come() -> None:
    told = Told(counts_from=date(2027, 2, 1), expires_on=SPRING)

    promised = explain(Kind.PROMISED, "mechanic:welcome", 300, "de", READY, told)
    counting = explain(Kind.ACTIVATED, "mechanic:welcome", 300, "de", READY, told)

    assert promised == "+300 zur Begrüßung. Sie zählen ab dem 1. Februar 2027. Einzulösen bis zum 1. März 2027."
    assert counting == "+300 zur Begrüßung. Einzulösen bis zum 1. März 2027."


def test_nobody_is_answered_in_two_languages_at_once() -> None:
    french = mechanic("m", title={"fr": "Bienvenue"}, why={"fr": "{points} de bienvenue"})
    book = read_rulebook(file_with(french))

    assert explain(Kind.POSTED, "mechanic:m", 1250, "fr", book, Told(expires_on=SPRING)) == "1\u202f250 de bienvenue."
    assert explain(Kind.POSTED, "mechanic:m", 5, "en", book) == "5 de bienvenue."


def test_whatever_a_why_may_show_can_be_told() -> None:
    shows = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    silver = Mechanic("m", {}, {"pt-BR": shows}, Trigger.TIER_REACHED, of="gold", days=9)  # a file cannot say all of it
    book = Rulebook(mechanics=[silver], tiers=[Tier("gold", {"en": "Gold"})])

    assert explain(Kind.POSTED, "mechanic:m", 5, "pt", book, RECEIPT) == "5 4711 9 Gold."


def test_whoever_brought_a_friend_is_told_nothing_of_the_friends_receipt() -> None:
    assert explain(Kind.POSTED, "mechanic:cashback", 5, "en", READY) == "5 points by the rules of the programme."
