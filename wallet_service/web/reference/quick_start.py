"""The calls that a till needs first, in the order in which it needs them."""

from collections.abc import Iterable, Iterator, Mapping

from wallet_service.web.reference.view import Chapter, Step

STEPS: Mapping[str, str] = {
    "enrol_member": "A customer joins, once.",
    "issue_card": "The card: its `link` is the same for every phone, and what it shows stays up to date.",
    "post_entry": "Points move because the till says so; the card shows it.",
    "quote_purchase": "How much may points pay, and what would this basket give?",
    "record_purchase": "The receipt. Points pay, and the rules of the programme give.",
    "refund_purchase": "Something comes back. `PURCHASE` stands for the `id` in the answer before.",
}
"""Operation -> why a till calls it."""


def steps(chapters: Iterable[Chapter]) -> Iterator[Step]:
    """The quick start, as far as the document has its operations."""
    found = {each.id: (each, f"{chapter.address}#{each.id}") for chapter in chapters for each in chapter.operations}
    for operation, said in STEPS.items():
        if operation in found:
            yield Step(said, *found[operation])
