"""Rules of barcodes: every card has its own code, in letters that every scanner reads."""

from collections.abc import Iterator

from wallet_service.cards.lint.draft import Draft
from wallet_service.cards.placeholders import PlaceholderInvalid, fields_of
from wallet_service.cards.problem import Problem, error

IDS = frozenset({"card_id", "member_id", "external_id"})
MEND = 'Write "message": "{card_id}".'


def _barcodes(draft: Draft) -> Iterator[Problem]:
    codes = draft.pass_json.get("barcodes")
    if not isinstance(codes, list) or not codes:
        yield error("pass.json: barcodes", "no till can scan this card", "Add a list with one QR code.")
        return
    for index, code in enumerate(codes):
        message = code.get("message") if isinstance(code, dict) else None
        if isinstance(message, str):
            yield from _message(message, f"pass.json: barcodes[{index}].message")


def _message(message: str, where: str) -> Iterator[Problem]:
    try:
        shown = fields_of(message)
    except PlaceholderInvalid:
        return
    if not shown & IDS:
        yield error(where, "cards could not be told apart by this code", MEND)
    if shown - IDS:
        yield error(where, f"a code with {', '.join(sorted(shown - IDS))} changes, or is misread by scanners", MEND)


BARCODE_RULES = (_barcodes,)
