"""From a card's face to Google's loyalty class and loyalty object. PURE.

The class says what all cards share, in every language of the template, so that a new text is one request; the object
says what is the member's own, in the member's language. Empty texts and lists are left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from wallet_service.wallets.filling import filled
from wallet_service.wallets.google.card_class import CardClass
from wallet_service.wallets.google.fields import Field, fields_of, form_of
from wallet_service.wallets.google.lengths import trimmed
from wallet_service.wallets.seam import CardFace, Design, Text, Value
from wallet_service.wallets.written import currency, customs, written

Payload = dict[str, Any]

BARCODES: Mapping[str, str] = {
    "PKBarcodeFormatAztec": "AZTEC",
    "PKBarcodeFormatCodabar": "CODABAR",
    "PKBarcodeFormatCode128": "CODE_128",
    "PKBarcodeFormatCode39": "CODE_39",
    "PKBarcodeFormatEAN13": "EAN_13",
    "PKBarcodeFormatPDF417": "PDF_417",
    "PKBarcodeFormatQR": "QR_CODE",
}
"""Google's words for Apple's formats."""
COLOUR = re.compile(r"\s*rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)\s*")
WIDEST = range(-(2**31), 2**31)
"""Whole numbers that Google's `int` holds."""
MICROS = 10**6
"""Google counts money in millionths."""
RICHEST = range(-(2**63) // MICROS + 1, 2**63 // MICROS + 1)
"""Whole amounts of money that Google's `micros` hold."""
AS_THE_PHONE_DOES = (None, "PKNumberStyleDecimal", "PKNumberStyleSpellOut")
"""Styles of numbers that Google's `int` is written in anyway."""


class Entry(NamedTuple):
    """A field to be shown below the front, and what it says by language."""

    field: Field
    labels: Mapping[str, str]
    bodies: Mapping[str, str]


def class_payload(style: CardClass) -> Payload:
    """The class as it is inserted or, by `patch`, changed."""
    return trimmed("LoyaltyClass", full_class(style))


def object_payload(style: CardClass, face: CardFace) -> Payload:
    """The object of a card as it is inserted or, by `patch`, changed."""
    return trimmed("LoyaltyObject", full_object(style, face))


def message_payload(id_: str, header: str, body: str, *, notify: bool) -> Payload:
    """A message for a class or an object; `notify`: the phone tells its owner, three times a day at most."""
    return {"id": id_, "header": header, "body": body, "messageType": "TEXT_AND_NOTIFY" if notify else "TEXT"}


def full_class(style: CardClass) -> Payload:
    """The class with its texts in full: what `template lint` looks at."""
    first = style.designs[0]
    own = {
        "id": style.id,
        "reviewStatus": "UNDER_REVIEW",
        "multipleDevicesAndHoldersAllowedStatus": "ONE_USER_ALL_DEVICES",
        "hexBackgroundColor": _hex(first.pass_json.get("backgroundColor")),
        "callbackOptions": _said({"url": style.callback_url}),
        "merchantLocations": list(_locations(first)),
    }
    images = {key: _image(style, getattr(first.google, name)) for key, name in IMAGES.items()}
    return _said(own | images | _names(style) | _modules(_shared(style)))


NAMES: Mapping[str, str] = {
    "issuerName": "issuer_name",
    "programName": "programme",
    "accountNameLabel": "account_name_label",
    "accountIdLabel": "account_id_label",
}
"""Texts of a class, and what the layout calls them."""
IMAGES: Mapping[str, str] = {"programLogo": "logo", "wideProgramLogo": "wide_logo", "heroImage": "hero"}


def full_object(style: CardClass, face: CardFace) -> Payload:
    """The object with its texts in full: what `template lint` looks at."""
    layout, values = face.design.google, face.values
    return _said(
        {
            "id": style.object_id(face.serial),
            "classId": style.id,
            "state": "INACTIVE" if face.voided else "ACTIVE",
            "accountName": str(filled(layout.account_name, values)),
            "accountId": str(filled(layout.account_id, values)),
            "loyaltyPoints": _points(face),
            "barcode": _barcode(face),
        }
        | _modules(_own(style, face))
    )


def _names(style: CardClass) -> Payload:
    """Names and labels of the class, in every language."""
    said: Payload = {}
    for key, name in NAMES.items():
        said |= _spoken(key, {design.language: getattr(design.google, name) for design in style.designs})
    return said


def _points(face: CardFace) -> Payload:
    layout = face.design.google
    balance: Value = filled(layout.points, face.values)
    if balance == "":
        return {}
    form = {**form_of(face.design, layout.balance), "value": balance}
    return _said({"label": layout.points_label, "balance": _balance(balance, form, face.design.language)})


def _balance(balance: Value, form: Mapping[str, Any], language: str) -> Payload:
    """A number that Google's phones write themselves, where they write it as the field asks; else a text."""
    if isinstance(balance, int):
        if (code := currency(form)) and balance in RICHEST:
            return {"money": {"micros": str(balance * MICROS), "currencyCode": code}}
        if not code and form.get("numberStyle") in AS_THE_PHONE_DOES and balance in WIDEST:
            return {"int": balance}
    return {"string": written(form, customs(language))}


def _barcode(face: CardFace) -> Payload:
    """The first code of the card that Google can draw; a code that says nothing is none."""
    for code in _listed(face.design, "barcodes"):
        kind, message = BARCODES.get(str(code.get("format"))), _text(code.get("message"), face.values)
        if kind and message:
            text = _text(code.get("altText"), face.values)
            return _said({"type": kind, "value": message, "renderEncoding": "UTF_8", "alternateText": text})
    return {}


def _locations(design: Design) -> Iterator[Payload]:
    for place in _listed(design, "locations"):
        match place:
            case {"latitude": int() | float() as latitude, "longitude": int() | float() as longitude}:
                yield {"latitude": latitude, "longitude": longitude}


def _shared(style: CardClass) -> Iterator[Entry]:
    """The fields that the class shows, in every language."""
    for said in style.shared.values():
        labels = {field.language: str(field.label) for field in said}
        yield Entry(said[0], labels, {field.language: field.said({}) for field in said})


def _own(style: CardClass, face: CardFace) -> Iterator[Entry]:
    """The fields that the object shows, in the member's language."""
    for field in fields_of(face.design):
        if field.key not in style.shared:
            label, body = str(filled(field.label, face.values)), field.said(face.values)
            yield Entry(field, {field.language: label}, {field.language: body})


def _modules(entries: Iterable[Entry]) -> Payload:
    """Texts and links below the front; a text without a body is not shown."""
    texts: list[Payload] = []
    links: list[Payload] = []
    for field, labels, bodies in entries:
        if field.address:
            links.append({"id": field.id, "uri": field.address, **_spoken("description", labels)})
        elif any(bodies.values()):
            texts.append({"id": field.id, **_spoken("header", labels), **_spoken("body", bodies)})
    return {"textModulesData": texts, "linksModuleData": _said({"uris": links})}


def _spoken(key: str, said: Mapping[str, str]) -> Payload:
    """A text of the class, and its translations if they differ (LocalizedString of the discovery document)."""
    first, *others = [{"language": language, "value": text} for language, text in said.items() if text] or [{}]
    spoken: Payload = {key: first.get("value", "")}
    if len(set(said.values())) > 1 and others:
        spoken[f"localized{key[0].upper()}{key[1:]}"] = {"defaultValue": first, "translatedValues": others}
    return _said(spoken)


def _image(style: CardClass, content: bytes | None) -> Payload:
    return {"sourceUri": {"uri": style.image_url(content)}} if content else {}


def _hex(colour: object) -> str:
    """Apple's `rgb(172, 24, 28)` as Google's `#ac181c`; nothing if it is no colour."""
    found = COLOUR.fullmatch(colour) if isinstance(colour, str) else None
    parts = [int(part) for part in found.groups()] if found else [256]
    return f"#{bytes(parts).hex()}" if max(parts) < 256 else ""


def _listed(design: Design, key: str) -> Iterator[Mapping[str, Any]]:
    found = design.pass_json.get(key)
    yield from (each for each in found if isinstance(each, Mapping)) if isinstance(found, list) else ()


def _text(text: object, values: Mapping[str, Value]) -> str:
    return str(filled(text, values)) if isinstance(text, Text | str) else ""


def _said(payload: Mapping[str, Any]) -> Payload:
    """A payload without its empty parts."""
    return {key: value for key, value in payload.items() if value not in ("", [], {})}
