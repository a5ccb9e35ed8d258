"""Opening a programme from a preset: template, programme and rules."""

from typing import Any

from wallet_service.cards.google_issuers import issuers_of
from wallet_service.cards.images import keep_images
from wallet_service.cards.problem import Severity, TemplateInvalid
from wallet_service.cards.publish import TemplateNotPublished, newest_version, publish_template
from wallet_service.cards.rehearsal import rehearse
from wallet_service.cards.templates import TemplateSource, parse_template, read_template
from wallet_service.database.seam import Transaction
from wallet_service.loyalty.awards.programme_file import Preset
from wallet_service.loyalty.awards.rulebooks import publish_rulebook
from wallet_service.loyalty.brands import Programme, create_programme, known_brand
from wallet_service.service import Service


async def open_preset(service: Service, brand_id: str, preset: Preset, asked: dict[str, Any]) -> Programme:
    """Open a programme as `asked` (see `create_programme`), with the preset's cards and rules: all or nothing.

    A template of the same name that the brand has published already is left as the brand has it.
    """
    source = read_template(service.settings.templates_dir / f"{preset.template}.pkpasstemplate")
    await _rehearse(service, brand_id, source)
    async with service.database.begin() as tx:
        version_id = await _design(tx, brand_id, source)
        programme = await create_programme(tx, brand_id, template_version_id=version_id, **asked)
        await publish_rulebook(tx, programme, preset.rules)
    return programme


async def _rehearse(service: Service, brand_id: str, source: TemplateSource) -> None:
    """Have Google see the cards, if the brand is there. Raises `TemplateInvalid`."""
    template = parse_template(source)
    async with service.database.begin() as tx:
        issuers = await issuers_of(tx, await known_brand(tx, brand_id))
        await keep_images(tx, template)  # before Google is asked, who may want to see them
    problems = await rehearse(service.google, issuers, template)
    if errors := [problem for problem in problems if problem.severity is Severity.ERROR]:
        raise TemplateInvalid(*errors)


async def _design(tx: Transaction, brand_id: str, source: TemplateSource) -> str:
    try:
        return await newest_version(tx, brand_id, source.name)
    except TemplateNotPublished:
        return (await publish_template(tx, brand_id, source)).id
