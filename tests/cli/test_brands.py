"""`wallet-service brand` as an operator types it."""

import pytest

from tests.people import OTHER_PASS_TYPE, PASS_TYPE
from tests.processes import typed
from wallet_service.cards.publish import TemplateNotPublished, publish_template
from wallet_service.cards.templates import read_template
from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.brands import (
    BrandNotFound,
    LanguageUnknown,
    PassTypeTaken,
    PassTypeUnknown,
    TimeZoneUnknown,
)
from wallet_service.service import Service
from wallet_service.settings import Settings

PROGRAMME = ("--pass-type", PASS_TYPE, "--template", "burger-heroes")


@pytest.fixture
def brand(settings: Settings) -> str:
    """A brand with a pass type, opened by commands."""
    opened = typed(settings, "brand", "create", "Burger Heroes").strip()
    typed(settings, "brand", "pass-type", opened, PASS_TYPE)
    return opened


@pytest.fixture
async def with_template(brand: str, service: Service) -> str:
    """The brand, which has published a template."""
    source = read_template(service.settings.templates_dir / "burger-heroes.pkpasstemplate")
    async with service.database.begin() as tx:
        await publish_template(tx, brand, source)
    return brand


def test_a_brand_is_opened_step_by_step(settings: Settings, with_template: str) -> None:
    programme = typed(settings, "brand", "programme", with_template, "Heroes Club", *PROGRAMME).strip()
    head, line = typed(settings, "brand", "list").splitlines()

    assert head.split() == ["brand", "name", "programme", "name", "pass", "type", "template", "members"]
    assert [part.strip() for part in line.split("  ") if part.strip()] == [
        with_template,
        "Burger Heroes",
        programme,
        "Heroes Club",
        PASS_TYPE,
        "burger-heroes",
        "0",
    ]


def test_a_name_is_printed_as_it_is(settings: Settings) -> None:
    typed(settings, "brand", "create", "[red]Bob's[/red] :burger:")
    assert "[red]Bob's[/red] :burger:" in typed(settings, "brand", "list")


def test_a_pass_type_belongs_to_one_brand(settings: Settings, brand: str) -> None:
    other = typed(settings, "brand", "create", "Coffee Corner").strip()
    with pytest.raises(PassTypeTaken):
        typed(settings, "brand", "pass-type", other, PASS_TYPE)


def test_a_brand_that_does_not_exist_is_named(settings: Settings) -> None:
    with pytest.raises(BrandNotFound, match="brand_nobody"):
        typed(settings, "brand", "pass-type", "brand_nobody", PASS_TYPE)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (("--pass-type", OTHER_PASS_TYPE), PassTypeUnknown),
        (("--template", "sushi"), TemplateNotPublished),
        (("--language", "xx-nowhere"), LanguageUnknown),
        (("--time-zone", "Mars/Crater"), TimeZoneUnknown),
    ],
)
def test_a_programme_of_unknown_parts_is_refused_and_not_opened(
    settings: Settings, with_template: str, change: tuple[str, str], refusal: type[WalletServiceError]
) -> None:
    with pytest.raises(refusal):
        typed(settings, "brand", "programme", with_template, "Heroes Club", *PROGRAMME, *change)
    assert "Heroes Club" not in typed(settings, "brand", "list")
