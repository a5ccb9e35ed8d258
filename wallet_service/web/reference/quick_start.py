"""The calls that a till needs first, in the order in which it needs them."""

from collections.abc import Iterable, Iterator, Mapping

from wallet_service.web.reference.view import Chapter, Step

STEPS: Mapping[str, str] = {
    "enrol_member": "A customer joins, once.",
    "issue_card": "The card: its `link` is the same for every phone, and what it shows stays up to date.",
    "quote_purchase": "At the till: how much may points pay, and what would this basket give?",
    "record_purchase": "The receipt. Points pay, the rules of the programme give, and the card follows.",
    "refund_purchase": "Something comes back, and with it what it had given.",
    "post_entry": "Or the till reckons by itself, and only moves points.",
}
"""Operation -> why a till calls it."""


def steps(chapters: Iterable[Chapter]) -> Iterator[Step]:
    """The quick start, as far as the document has its operations."""
    found = {each.id: (each, f"{chapter.address}#{each.id}") for chapter in chapters for each in chapter.operations}
    for operation, said in STEPS.items():
        if operation in found:
            yield Step(said, *found[operation])
