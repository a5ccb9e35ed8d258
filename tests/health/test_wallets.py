"""What a brand is told of its wallets: what works, what is not set up, what is broken and how to mend it."""

from dataclasses import replace

import pytest

from wallet_service.health.state import AppState, CertificateState, IssuerState, Trouble
from wallet_service.health.wallets import (
    BrandFacts,
    GoogleCards,
    IssuerView,
    Note,
    Standing,
    Way,
    certificates_of,
    view,
)
from wallet_service.wallets.google.verdict import Done, NotAllowed

PASS_TYPE = "pass.com.example.burger-heroes"
EMAIL = "cards@burger-heroes.iam.gserviceaccount.com"
ISSUER = IssuerState("3388000000022141777", "Burger Heroes", EMAIL)
CERTIFICATE = CertificateState(PASS_TYPE, 300)
NOBODY = GoogleCards(0, 0, 0, 0.0, 0, None, 0, None)
FACTS = BrandFacts(
    certificates=(CERTIFICATE,),
    issuers=(ISSUER,),
    cards=NOBODY,
    public_url="https://cards.burger-heroes.example",
    web_push="BPublicKey",
    app=AppState("brand_1", "burger-heroes"),
)
GONE = Trouble("It is gone.", "Put it back.", "service-account-missing")
NOTED = Note("service-account-missing", "fail", "It is gone.", "Put it back.")
SOON = Trouble("Only 13 days are left.", "Renew it.", "expires-soon")
MAY_READ = Done({"permissions": [{"emailAddress": EMAIL, "role": "READER"}]})


def test_where_all_is_well_there_is_nothing_to_note():
    found = view(FACTS)
    ways: list[Way] = [found.apple, *found.apple.pass_types, found.google, *found.google.issuers]
    ways += [found.web_push, found.app_push]
    assert {each.state for each in ways} == {Standing.READY}
    assert [note for each in ways for note in each.notes] == []
    assert [(each.pass_type, each.days_left) for each in found.apple.pass_types] == [(PASS_TYPE, 300)]
    assert [(each.issuer, each.account) for each in found.google.issuers] == [(ISSUER.issuer, EMAIL)]
    assert found.google.cards is NOBODY


def test_what_nobody_set_up_is_off_and_tells_how_to_begin():
    found = view(replace(FACTS, certificates=(), issuers=(), web_push=None, app=None, public_url="http://127.0.0.1:1"))
    assert {each.state for each in (found.apple, found.google, found.web_push, found.app_push)} == {Standing.OFF}
    assert [(note.code, note.grade) for note in (*found.apple.notes, *found.google.notes)] == [
        ("no-pass-type", "ok"),
        ("no-issuer", "ok"),
    ]


def test_a_pass_type_without_a_certificate_breaks_apple_alone():
    certificates = certificates_of([PASS_TYPE, "pass.other"], [CERTIFICATE, CertificateState("pass.not-ours", 5)])
    found = view(replace(FACTS, certificates=certificates))
    good, bad = found.apple.pass_types
    assert (good.state, bad.state, found.apple.state) == (Standing.READY, Standing.BROKEN, Standing.BROKEN)
    assert (bad.pass_type, bad.days_left) == ("pass.other", None)
    assert [(note.code, note.grade) for note in bad.notes] == [("certificate-unusable", "fail")]
    assert found.google.state is Standing.READY


def test_a_certificate_that_soon_expires_is_noted_and_works_on():
    found = view(replace(FACTS, certificates=(replace(CERTIFICATE, days_left=13, warnings=(SOON,)),)))
    (pass_type,) = found.apple.pass_types
    assert pass_type.notes == [Note("expires-soon", "warn", "Only 13 days are left.", "Renew it.")]
    assert (pass_type.state, found.apple.state) == (Standing.READY, Standing.READY)


def test_an_issuer_whose_account_is_gone_breaks_google_alone():
    older = replace(ISSUER, issuer="1", email=None, flaws=(GONE,))
    found = view(replace(FACTS, issuers=(ISSUER, older)))
    assert found.google.issuers == [
        IssuerView(Standing.READY, [], ISSUER.issuer, EMAIL),
        IssuerView(Standing.BROKEN, [NOTED], "1", None),
    ]
    assert (found.google.state, found.apple.state) == (Standing.BROKEN, Standing.READY)


@pytest.mark.parametrize("permit", [MAY_READ, NotAllowed("403 permissionDenied: Permission denied.")])
def test_an_account_that_may_not_act_is_told_as_doctor_tells_it(permit: Done | NotAllowed):
    (issuer,) = view(replace(FACTS, issuers=(replace(ISSUER, permit=permit),))).google.issuers
    (note,) = issuer.notes
    assert (issuer.state, note.code, note.grade) == (Standing.BROKEN, "google-trouble", "fail")
    assert note.remedy.startswith(f"Invite {EMAIL}")


def test_an_address_that_google_cannot_reach_breaks_google():
    found = view(replace(FACTS, public_url="http://127.0.0.1:8000")).google
    assert (found.state, [note.code for note in found.notes]) == (Standing.BROKEN, ["public-url"])
    assert [each.state for each in found.issuers] == [Standing.READY]


def test_pushes_whose_key_is_gone_are_broken():
    found = view(replace(FACTS, web_push=GONE, app=AppState("brand_1", flaws=(GONE,))))
    assert found.web_push == found.app_push == Way(Standing.BROKEN, [NOTED])
