"""The checks of pass.json that need neither archive nor certificate (rules 17 to 29 and 31)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wallet_service.wallets.apple.checks.barcodes import check_barcodes
from wallet_service.wallets.apple.checks.colours import check_colours
from wallet_service.wallets.apple.checks.fields import check_fields, fields_of
from wallet_service.wallets.apple.checks.finding import Finding, warning
from wallet_service.wallets.apple.checks.keys import PASS
from wallet_service.wallets.apple.checks.links import check_links
from wallet_service.wallets.apple.checks.relevance import check_relevance
from wallet_service.wallets.apple.checks.styles import check_style


def check_document(
    pass_json: Mapping[str, Any], *, development: bool = False, translations: Sequence[Mapping[str, str]] = ()
) -> list[Finding]:
    """What is wrong with a pass.json, parsed. Never raises on JSON. `development` allows a web service over http.

    `translations`: what stands in each pass.strings for the texts that are only keys.
    """
    found: list[Finding] = []
    document = PASS.partly(pass_json, found)
    found += check_style(document, pass_json)
    found += check_fields(document, translations)
    found += check_colours(document)
    found += check_barcodes(document)
    found += check_relevance(document)
    found += check_links(document, development=development)
    return in_order(found)


def fitted(pass_json: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parts of a pass.json whose types can be trusted."""
    return PASS.partly(pass_json, [])


def check_update(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Finding]:
    """Rule 29 between two versions of one pass: at most one changed field announces itself."""
    old = {(placed.style, placed.field["key"]): placed.field["value"] for placed in fields_of(fitted(before))}
    announced = sorted(set(_announced(old, fitted(after))))
    if len(announced) < 2:
        return []
    message = f"{len(announced)} changed fields have a changeMessage, so the phone shows a summary of its own."
    return [warning(29, ", ".join(announced), message, "Keep changeMessage on one field in each version.")]


def in_order(findings: list[Finding]) -> list[Finding]:
    """Findings by number, then by place."""
    return sorted(findings, key=lambda finding: (finding.number, finding.where))


def _announced(old: Mapping[tuple[str, str], Any], after: Mapping[str, Any]) -> Iterator[str]:
    for placed in fields_of(after):
        key = placed.field["key"]
        changed = old.get((placed.style, key), placed.field["value"]) != placed.field["value"]
        if changed and placed.has("changeMessage"):
            yield key
