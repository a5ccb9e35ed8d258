"""Images of templates, as Google's servers fetch them: kept when a template is published, at addresses for ever."""

import pytest
from sqlalchemy import text

from tests.conftest import TEMPLATES, Site
from tests.people import Brand
from wallet_service.cards.publish import publish_template
from wallet_service.cards.templates import read_template
from wallet_service.wallets.seam import image_name

LOGO = (TEMPLATES / "burger-heroes.pkpasstemplate" / "googleLogo.png").read_bytes()
PATH = f"/images/{image_name(LOGO)}"
KEPT = text("SELECT count(*) AS images FROM public_image")
HIDE = text("ALTER TABLE public_image RENAME TO hidden")


async def kept(site: Site) -> int:
    async with site.service.database.read() as tx:
        row = await tx.first(KEPT)
    return int(row.images) if row else 0


async def test_an_image_of_a_published_template_is_given_to_anybody_for_ever(site: Site, burger_heroes: Brand) -> None:
    answer = await site.client.get(site.base_url + PATH)

    assert (answer.status_code, answer.content) == (200, LOGO)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_a_head_is_told_the_same_without_the_image(site: Site, burger_heroes: Brand) -> None:
    answer = await site.client.head(site.base_url + PATH)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(LOGO))


@pytest.mark.parametrize(
    "path",
    [
        f"/images/{'0' * 64}.png",
        PATH.removesuffix(".png"),
        PATH.upper().replace("/IMAGES", "/images"),
        f"{PATH}/more",
        "/images/..%2Fgoogle",
        "/images/",
    ],
    ids=["unknown", "no ending", "capitals", "below", "above", "none"],
)
async def test_there_is_nothing_else(site: Site, burger_heroes: Brand, path: str) -> None:
    answer = await site.client.get(site.base_url + path)

    assert (answer.status_code, answer.content) == (404, b"")


async def test_nobody_can_leave_an_image_there(site: Site, burger_heroes: Brand) -> None:
    answer = await site.client.put(site.base_url + PATH, content=LOGO)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


async def test_two_brands_with_the_same_image_share_it(site: Site, burger_heroes: Brand, coffee_corner: Brand) -> None:
    before = await kept(site)
    async with site.service.database.begin() as tx:
        source = read_template(TEMPLATES / "burger-heroes.pkpasstemplate")
        await publish_template(tx, coffee_corner.id, source)

    assert await kept(site) == before > 0


async def test_in_trouble_google_is_asked_to_come_again(site: Site, burger_heroes: Brand) -> None:
    async with site.service.database.begin() as tx:
        await tx.run(HIDE)

    answer = await site.client.get(site.base_url + PATH)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
