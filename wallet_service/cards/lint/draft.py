"""What the rules look at: a template whose files could be read, however wrong they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wallet_service.cards.card_sheet import CardSheet
from wallet_service.cards.template_source import TemplateSource
from wallet_service.cards.templates import Strings

STYLES = ("storeCard", "posterGeneric")
LISTS = ("headerFields", "primaryFields", "secondaryFields", "auxiliaryFields", "footerFields", "backFields")


@dataclass(frozen=True, slots=True)
class Placed:
    """One field and where it stands."""

    style: str
    list: str
    where: str
    """As a problem says it: `pass.json: storeCard.backFields[2]`."""
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A template read, but not yet trusted."""

    source: TemplateSource
    sheet: CardSheet
    pass_json: Mapping[str, Any]
    strings: Mapping[str, Strings]
    """Translations of the languages whose file could be read."""

    def fields(self) -> Iterator[Placed]:
        """Every field of every style, as far as styles, lists and fields have their right form."""
        yield from fields_in(self.pass_json)


def fields_in(pass_json: Mapping[str, Any]) -> Iterator[Placed]:
    """Every field of the styles a template has, in order."""
    for style in STYLES:
        for name in LISTS:
            for index, content in enumerate(_of(_of(pass_json, style, dict), name, list)):
                if isinstance(content, dict):
                    yield Placed(style, name, f"pass.json: {style}.{name}[{index}]", content)


def _of(node: Mapping[str, Any], key: str, kind: type) -> Any:
    found = node.get(key)
    return found if isinstance(found, kind) else kind()
