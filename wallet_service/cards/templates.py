"""Card templates: a folder read (`read_template`), understood (`parse_template`), laid out in a language (`design`)."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from wallet_service.cards.announcing import Announce, Change
from wallet_service.cards.card_sheet import read_card_sheet
from wallet_service.cards.google_layout import OWN_IMAGE, google_layout
from wallet_service.cards.google_sheet import GoogleSheet
from wallet_service.cards.json_tree import depth, leaves, with_texts
from wallet_service.cards.placeholders import Holder, compile_hole, field_of, parse
from wallet_service.cards.problem import TemplateInvalid, error
from wallet_service.cards.sayings import Units
from wallet_service.cards.strings_file import read_strings
from wallet_service.cards.template_source import TemplateSource, digest, from_bundle, read_template, to_bundle
from wallet_service.cards.tier_sheet import PLAIN, TierLook
from wallet_service.cards.words import Words, words_of
from wallet_service.wallets.filling import CHANGE_MESSAGE
from wallet_service.wallets.seam import Design, Hole, Text, Value

__all__ = [
    "Template",
    "TemplateInvalid",
    "TemplateSource",
    "design",
    "digest",
    "fillers",
    "from_bundle",
    "parse_template",
    "read_pass_json",
    "read_template",
    "required",
    "to_bundle",
    "translations",
]

TRANSLATED = frozenset(
    {"altText", "attributedValue", "changeMessage", "description", "label", "logoText", "organizationName"}
    | {"relevantText", "value"}
)
"""Keys of pass.json whose text stands in a language (Apple: Creating the source for a pass)."""

TIER_FOLDER = ".tier"
DEEPEST = 20
"""Lists and objects one in another in pass.json; Apple's own keys need five."""

Strings = Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A template understood: everything needed to lay out its cards in any of its languages."""

    name: str
    title: str
    languages: tuple[str, ...]
    announce: Announce
    units: Mapping[str, Units]
    words: Mapping[str, Words]
    sample: Holder
    google: GoogleSheet
    pass_json: Mapping[str, Any]
    files: Mapping[str, Mapping[str, bytes]]
    """Images by language, then by their name at the root of a pass."""
    strings: Mapping[str, Strings]
    """Translations by language, then by the text in the first language."""
    tiers: Mapping[str, TierLook]
    """Tiers whose cards look otherwise."""
    tier_files: Mapping[str, Mapping[str, bytes]]
    """Their own images by tier, then by name."""
    shows: frozenset[str]
    """Fields of a `Holder` that appear on a card in any language: only their change is a change of the card."""

    def nearest(self, language: str) -> str:
        """The template's language for a member's: the same, else the same without region, else the first."""
        wanted = (language, language.partition("-")[0])
        return next((tag for tag in wanted if tag in self.languages), self.languages[0])

    def look(self, tier: str) -> str:
        """The tier whose look a card of this tier has; empty: that of the template itself."""
        return tier if tier in self.tiers else ""

    def images(self, language: str, tier: str) -> Mapping[str, bytes]:
        """The images of a card in a language, by name; those of a tier's look (or "") stand before the others."""
        return {**self.files[language], **self.tier_files.get(tier, {})}


def parse_template(source: TemplateSource) -> Template:
    """Understand a template, so that every card of it can be laid out and filled.

    Raises `TemplateInvalid`, `PlaceholderInvalid` or `NumbersUnknown` at the first trouble; `lint` tells them all.
    """
    sheet = read_card_sheet(required(source, "card.toml"))
    pass_json = read_pass_json(source)
    strings = {language: translations(source, language) for language in sheet.languages[1:]}
    tier_files = _tier_images(source)
    template = Template(
        name=source.name,
        title=sheet.title,
        languages=sheet.languages,
        announce=sheet.announce,
        units=sheet.units,
        words=sheet.words,
        sample=sheet.sample,
        google=sheet.google,
        pass_json=pass_json,
        files={language: _images(source, language) for language in sheet.languages},
        strings=strings,
        tiers={**dict.fromkeys(tier_files, PLAIN), **sheet.tiers},
        tier_files=tier_files,
        shows=frozenset(),
    )
    designs = [design(template, "trial", language) for language in template.languages]
    shows = frozenset(field for each in designs for field in _fields_shown(template, each))
    return replace(template, shows=shows | {"tier"} if template.tiers else shows)


def design(template: Template, version_id: str, language: str, tier: str = "") -> Design:
    """Lay out a template in one of its languages, with the look of one of its tiers or (empty) its own.

    Texts are translated and understood; only fields that may announce something have a change message.
    """
    look = template.tiers[tier] if tier else PLAIN
    translate = _in_words(template.strings.get(language, {}))
    pass_json = _announcing(template.pass_json, tuple(template.announce.values()))
    understood = with_texts(pass_json, lambda key, text: parse(translate(key, text)))
    dressed = {**understood, **look.over(language)}
    images = template.images(language, tier)
    google = google_layout(
        template.google,
        language,
        title=template.title,
        announce=template.announce.get(Change.BALANCE, ""),
        pass_json=dressed,
        images=images,
    )
    files = {name: content for name, content in images.items() if not name.startswith(OWN_IMAGE)}
    return Design(design_key(version_id, language, tier), language, dressed, files, google)


def design_key(version_id: str, language: str, tier: str = "") -> str:
    """What a design goes by: same key, same bytes, for ever."""
    return "/".join(filter(None, (version_id, language, tier)))


def fillers(template: Template, laid_out: Design) -> Mapping[str, Callable[[Holder], Value]]:
    """For every hole of a design, the function that fills it: `CardFace.values` is each of them called."""
    language = laid_out.language
    units, words = template.units.get(language, {}), words_of(template.words, language)
    return {hole.name: compile_hole(hole.name, language, units, words) for hole in _holes(laid_out)}


def read_pass_json(source: TemplateSource) -> Mapping[str, Any]:
    """Read pass.json strictly: UTF-8, no key twice, no NaN. Raises `TemplateInvalid` naming the line."""
    try:
        found = json.loads(
            required(source, "pass.json").decode("utf-8"), object_pairs_hook=_once, parse_constant=_constant
        )
    except json.JSONDecodeError as trouble:
        place = f"pass.json: line {trouble.lineno}"
        raise TemplateInvalid(error(place, f"not valid JSON: {trouble.msg}", "Mend this line.")) from None
    except (ValueError, RecursionError) as trouble:
        raise TemplateInvalid(error("pass.json", f"not valid JSON: {trouble}", "Mend it.")) from None
    if not isinstance(found, dict) or depth(found) > DEEPEST:
        raise TemplateInvalid(
            error("pass.json", "this has not the form of a pass", "Begin from a template that works.")
        )
    return found


def translations(source: TemplateSource, language: str) -> Strings:
    """The translations of one language, nothing when there is no file. Raises `TemplateInvalid` naming the line."""
    path = f"{language}.lproj/pass.strings"
    return read_strings(source.files[path], path) if path in source.files else {}


def required(source: TemplateSource, path: str) -> bytes:
    """One file of a template. Raises `TemplateInvalid` when it is missing."""
    if path not in source.files:
        raise TemplateInvalid(error(path, "the file is missing", f"Add {path} to the folder."))
    return source.files[path]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f'the key "{next(key for key in keys if keys.count(key) > 1)}" stands twice')
    return found


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _images(source: TemplateSource, language: str) -> Mapping[str, bytes]:
    """The images of one language: its own, where it has them, before the common ones."""
    own = f"{language}.lproj/"
    common = {path: content for path, content in source.files.items() if path.endswith(".png") and "/" not in path}
    return common | {
        path.removeprefix(own): content
        for path, content in source.files.items()
        if path.startswith(own) and path.endswith(".png")
    }


def _tier_images(source: TemplateSource) -> Mapping[str, Mapping[str, bytes]]:
    """The images of each tier that has a folder of them."""
    found: dict[str, dict[str, bytes]] = {}
    for path, content in source.files.items():
        folder, _, name = path.partition("/")
        if folder.endswith(TIER_FOLDER):
            found.setdefault(folder.removesuffix(TIER_FOLDER), {})[name] = content
    return found


def _in_words(words: Strings) -> Callable[[str, str], str]:
    """Puts a text of pass.json into another language; what has no translation stays."""
    return lambda key, text: words.get(text, text) if key in TRANSLATED else text


def _fields_shown(template: Template, laid_out: Design) -> Iterator[str]:
    """Fields that a design shows: a translation may show more than the text it translates."""
    return map(field_of, fillers(template, laid_out))


def _announcing(node: Any, announcers: Sequence[str]) -> Any:
    """The same JSON with change messages on these fields only."""
    match node:
        case dict():
            kept = node.keys() - ({CHANGE_MESSAGE} if node.get("key") not in announcers else ())
            return {name: _announcing(inner, announcers) for name, inner in node.items() if name in kept}
        case list():
            return [_announcing(inner, announcers) for inner in node]
    return node


def _holes(laid_out: Design) -> Iterator[Hole]:
    texts = chain((leaf.value for leaf in leaves(laid_out.pass_json)), laid_out.google.variables)
    return (part for text in texts if isinstance(text, Text) for part in text.parts if isinstance(part, Hole))
