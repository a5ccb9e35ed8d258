"""From the designs of a template to Google's class."""

import pytest

from tests.cards.template_maker import RUSSIAN, tea
from tests.wallets.google.tea_cards import ISSUER, back, class_of, faces, top
from wallet_service.wallets.google.card_class import card_class, image_url
from wallet_service.wallets.google.objects import class_payload


def test_the_class_says_what_all_cards_share():
    found = class_of(tea())
    assert found["id"] == f"{ISSUER}.tiny-tea-1"
    assert found["reviewStatus"] == "UNDER_REVIEW"
    assert found["multipleDevicesAndHoldersAllowedStatus"] == "ONE_USER_ALL_DEVICES"
    assert found["issuerName"] == found["programName"] == "Tiny Tea"
    assert found["hexBackgroundColor"] == "#143c28"
    assert found["callbackOptions"] == {"url": "https://cards.example.com/google"}


def test_a_text_of_the_class_stands_in_every_language():
    source = tea(back(how="Show the code"), russian=RUSSIAN + '"Show the code" = "Покажите код"; "How" = "Как";')
    (how,) = class_of(source)["textModulesData"]
    assert how == {
        "id": "how",
        "header": "How",
        "localizedHeader": {
            "defaultValue": {"language": "en", "value": "How"},
            "translatedValues": [{"language": "ru", "value": "Как"}],
        },
        "body": "Show the code",
        "localizedBody": {
            "defaultValue": {"language": "en", "value": "Show the code"},
            "translatedValues": [{"language": "ru", "value": "Покажите код"}],
        },
    }


def test_a_text_that_is_the_same_in_all_languages_needs_no_translations():
    assert class_of(tea(back(how="OK")))["textModulesData"] == [{"id": "how", "header": "How", "body": "OK"}]


def test_a_language_without_words_is_left_out_of_the_translations():
    found = class_of(tea(back(how="OK"), russian=RUSSIAN + '"OK" = ""; "How" = "Как";'))["textModulesData"][0]
    assert (found["body"], "localizedBody" in found) == ("OK", False)


@pytest.mark.parametrize(
    ("value", "uri"),
    [
        ("https://tea.example/a?b=c", "https://tea.example/a?b=c"),
        ("tea@tea.example", "mailto:tea@tea.example"),
        ("+44 (20) 7946-0101", "tel:+442079460101"),
    ],
)
def test_an_address_becomes_a_link(value, uri):
    assert class_of(tea(back(way=value)))["linksModuleData"]["uris"][-1] == {
        "id": "way",
        "uri": uri,
        "description": "Way",
    }


def test_a_text_about_an_address_stays_a_text():
    assert class_of(tea(back(way="See https://tea.example")))["textModulesData"][0]["body"] == "See https://tea.example"


def test_keys_become_ids_that_are_no_paths():
    assert class_of(tea(back(**{"our.rules": "Be kind"})))["textModulesData"][0]["id"] == "our-rules"


def test_numbers_are_texts_of_a_module():
    source = tea(back(since=1994, share=7.5))
    assert [text["body"] for text in class_of(source)["textModulesData"]] == ["1994", "7.5"]


def test_what_is_no_field_is_passed_over():
    def change(document):
        document["storeCard"]["backFields"] = ["field", {"key": 7, "value": "A"}, {"key": "a"}]
        document["storeCard"]["auxiliaryFields"] = "fields"

    assert not {"textModulesData", "linksModuleData"} & class_of(tea(change)).keys()


def test_places_are_the_classes_at_most_ten():
    places = [{"latitude": 51.5, "longitude": north, "relevantText": "Hello"} for north in range(12)]
    found = class_of(tea(top(locations=[{"latitude": "51"}, *places])))["merchantLocations"]
    assert found == [{"latitude": 51.5, "longitude": north} for north in range(10)]


@pytest.mark.parametrize("colour", ["rgb(300, 0, 0)", "red", 7, None])
def test_a_colour_that_is_none_is_left_to_google(colour):
    assert "hexBackgroundColor" not in class_of(tea(top(backgroundColor=colour)))


def test_images_are_named_by_their_content():
    source = tea()
    found = class_of(source)
    wanted = {"programLogo": "icon@3x.png", "wideProgramLogo": "logo@3x.png", "heroImage": "strip@3x.png"}
    for key, name in wanted.items():
        uri = image_url("https://cards.example.com", source.files[name])
        assert found[key] == {"sourceUri": {"uri": uri}}


def test_a_card_without_images_names_none():
    found = class_of(tea(files={name: None for name in tea().files if name.endswith(".png")}))
    assert not {"programLogo", "wideProgramLogo", "heroImage"} & found.keys()


def test_without_a_callback_google_tells_nobody():
    style = card_class("1.a", [faces(tea())[0].design], public_url="https://cards.example.com")
    assert "callbackOptions" not in class_payload(style)


def test_a_translation_is_cut_as_its_text_is():
    long = "Дорогие друзья нашей чайной"
    source = tea(back(way="https://tea.example"), russian=RUSSIAN + f'"Way" = "{long}";')
    described = class_of(source)["linksModuleData"]["uris"][-1]["localizedDescription"]
    assert described["translatedValues"] == [{"language": "ru", "value": "Дорогие друзья наше…"}]
