"""Google's rules over a template's sample member."""

from tests.cards.template_maker import CARD_TOML, tea
from wallet_service.cards.sample import sample_face
from wallet_service.cards.templates import parse_template
from wallet_service.wallets.google.finding import Severity
from wallet_service.wallets.google.sample import check_sample


def found(sheet: str, **changes):
    template = parse_template(tea(lambda document: document.update(changes), sheet=sheet))
    faces = [sample_face(template, language) for language in template.languages]
    return [(where, finding.severity, finding.where) for where, finding in check_sample(faces)]


def test_a_good_template_has_no_findings():
    assert found(CARD_TOML) == []


def test_a_text_that_would_be_cut_is_named_with_its_payload():
    sheet = f'{CARD_TOML}\n[google]\nprogramme = "The Extraordinary Tea Society"\npoints_label.ru = "ЧАИНКИ ВАШИ"'
    assert found(sheet) == [
        ("class", Severity.WARNING, "programName"),
        ("object (ru)", Severity.WARNING, "loyaltyPoints.label"),
    ]


def test_what_google_would_refuse_is_an_error():
    assert found(CARD_TOML, locations=[{"latitude": 91, "longitude": 0}]) == [
        ("class", Severity.ERROR, "merchantLocations[0].latitude")
    ]
