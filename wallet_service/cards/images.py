"""Images of templates that the world may see: kept under names made of their content when a template is published."""

from itertools import product

from wallet_service.cards import sql
from wallet_service.cards.templates import Template, design
from wallet_service.database.seam import Transaction


async def keep_images(tx: Transaction, template: Template) -> None:
    """Keep what Google will fetch for the cards of this template."""
    images = {
        name: content
        for language, tier in product(template.languages, ("", *template.tiers))
        for name, content in design(template, "images", language, tier).google.images.items()
    }
    await tx.run(sql.INSERT_IMAGES, {"names": list(images), "contents": list(images.values())})


async def public_image(tx: Transaction, name: str) -> bytes | None:
    """The image of this name."""
    row = await tx.first(sql.IMAGE, {"name": name})
    return bytes(row.content) if row else None
