"""`wallet-service programme` as an operator types it."""

from pathlib import Path

import pytest

from tests.people import PASS_TYPE, Brand, open_brand
from tests.processes import typed
from wallet_service.loyalty.awards.programme_file import PresetNotFound, ProgrammeFileUnreadable, list_presets
from wallet_service.loyalty.awards.rulebooks import RulebookNotFound
from wallet_service.loyalty.brands import ProgrammeNotFound, claim_pass_type, create_brand
from wallet_service.service import Service
from wallet_service.settings import Settings

RULES = """
currency = "EUR"

[[mechanics]]
name = "welcome"
title = { en = "Welcome" }
why = { en = "+{points}: welcome" }
on = "enrolled"
give = [{ points = 300 }]

[[mechanics]]
name = "advent"
title = { en = "Advent" }
why = { en = "+{points}: it is Advent" }
on = "purchase"
when = [{ since = 2025-12-01, until = 2025-12-24 }]
give = [{ percent = 5 }]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A programme file."""
    (tmp_path / "club.toml").write_text(RULES)
    return tmp_path / "club.toml"


@pytest.fixture
async def brand(service: Service) -> Brand:
    """A brand with a programme without rules."""
    return await open_brand(service, "Burger Heroes", PASS_TYPE)


def test_rules_are_put_in_force_and_what_changes_is_shown(settings: Settings, brand: Brand, file: Path) -> None:
    command = ("programme", "rules", str(file), "--programme", brand.programme)
    with pytest.raises(RulebookNotFound):
        typed(settings, "programme", "show", brand.programme)

    tried = typed(settings, *command, "--dry-run").splitlines()
    first = typed(settings, *command).splitlines()
    again = typed(settings, *command).splitlines()
    file.write_text(RULES.replace("300", "500").replace('"advent"', '"december"'))
    second = typed(settings, *command).splitlines()

    assert tried[:-1] == first[:-1]
    assert tried[-1] == "Version 1 of the rules would be in force."
    assert first == [
        "+ currency",
        "+ mechanic welcome",
        "+ mechanic advent",
        "! mechanics.advent: It ended on 2025-12-24: it gives nothing any more.",
        "Version 1 of the rules is in force.",
    ]
    assert again[-1] == "Version 1 of the rules is in force already: nothing is different."
    assert second[:3] == ["~ mechanic welcome", "+ mechanic december", "- mechanic advent"]
    assert second[-1] == "Version 2 of the rules is in force."


def test_the_rules_of_a_programme_are_shown(settings: Settings, brand: Brand, file: Path) -> None:
    typed(settings, "programme", "rules", str(file), "--programme", brand.programme)

    first, head, *rows = typed(settings, "programme", "show", brand.programme).splitlines()
    whole = typed(settings, "programme", "show", brand.programme, "--version", "1", "--json")

    assert first.startswith("Version 1, in force since ")
    assert head.split() == ["mechanic", "on", "stage", "state", "title"]
    assert [row.split() for row in rows] == [
        ["welcome", "enrolled", "active", "Welcome"],
        ["advent", "purchase", "active", "Advent"],
    ]
    assert '"until": "2025-12-24"' in whole
    with pytest.raises(ProgrammeNotFound):
        typed(settings, "programme", "show", "prog_nonsense")


def test_all_that_is_wrong_with_a_file_is_told_without_a_database(settings: Settings, file: Path) -> None:
    nowhere = settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/nothing"})
    fine = typed(nowhere, "programme", "check", str(file))
    file.write_text(RULES.replace('"enrolled"', '"enroled"').replace("percent", "precent"))

    result = typed(nowhere, "programme", "check", str(file), exit_code=1)

    assert fine.splitlines()[-1].strip() == "Ready to be used: 2 mechanics, 0 tiers."
    assert result == ""  # what is wrong is the answer, so it is on stdout


@pytest.mark.parametrize(
    ("content", "words"), [("currency = EUR", "line 1"), ("\xff", "utf-8"), ("x" * 1_000_001, "more")]
)
def test_a_file_that_is_no_toml_is_refused(settings: Settings, file: Path, content: str, words: str) -> None:
    file.write_bytes(content.encode("latin-1"))

    with pytest.raises(ProgrammeFileUnreadable, match=words):
        typed(settings, "programme", "rules", str(file), "--programme", "prog_nonsense")


def test_a_file_that_is_not_there_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ProgrammeFileUnreadable, match="No such file"):
        typed(settings, "programme", "rules", str(tmp_path / "none.toml"), "--programme", "prog_nonsense")


@pytest.fixture
async def newcomer(service: Service) -> str:
    """A brand that has a pass type and nothing else."""
    async with service.database.begin() as tx:
        brand = await create_brand(tx, "Coffee Corner")
        await claim_pass_type(tx, brand, PASS_TYPE)
    return brand


def test_a_programme_is_opened_from_a_preset_in_one_go(settings: Settings, newcomer: str) -> None:
    command = ("programme", "new", newcomer, "--pass-type", PASS_TYPE, "--preset")

    programme = typed(settings, *command, "coffee-stars", "--time-zone", "Europe/Berlin").strip()
    other = typed(settings, *command, "coffee-stars", "--name", "The Other Jar").strip()

    assert "birthday-drink" in typed(settings, "programme", "show", programme)
    (_, first, second) = typed(settings, "brand", "list").splitlines()
    assert [word in first for word in (programme, "The Jar", "coffee-corner")] == [True] * 3
    assert [word in second for word in (other, "The Other Jar", "coffee-corner")] == [True] * 3
    with pytest.raises(PresetNotFound) as refusal:
        typed(settings, *command, "coffee-star")
    assert refusal.value.remedy == "Use coffee-stars."


def test_presets_are_listed_with_their_templates(settings: Settings) -> None:
    listed = typed(settings, "programme", "presets")

    for preset in list_presets(settings.templates_dir):
        assert f"{preset.name} " in listed
        assert preset.template in listed
