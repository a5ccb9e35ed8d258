"""`wallet-service template lint` tells what to mend, and whether a template can be published."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.cards.template_maker import CARD_TOML, put, tea
from wallet_service.cli.templates import app

SHIPPED = sorted((Path(__file__).parents[2] / "pass_templates").glob("*.pkpasstemplate"))


def lint(*arguments: str | Path, **environment: str):
    return CliRunner().invoke(app, ["lint", *map(str, arguments)], env=environment)


def test_a_good_template_is_ready(tmp_path):
    answer = lint(put(tea(), tmp_path))
    assert (answer.exit_code, answer.output.splitlines()[-1]) == (0, "No problems: ready to be published.")


def test_a_problem_is_told_with_its_place_and_its_mend(tmp_path):
    answer = lint(put(tea(lambda document: document.update(voided=False)), tmp_path))
    assert answer.exit_code == 1
    assert "E pass.json: voided" in answer.output
    assert "→ Remove it from the template." in answer.output
    assert "1 error(s), 0 warning(s): not ready to be published." in answer.output


def test_a_warning_does_not_fail(tmp_path):
    answer = lint(put(tea(files={"logo@2x.png": None}), tmp_path))
    assert answer.exit_code == 0
    assert "0 error(s), 1 warning(s): can be published." in answer.output


def test_the_rules_of_apple_are_heard(tmp_path):
    def crowd(document):
        document["storeCard"]["primaryFields"] += [{"key": "second", "value": "{name}"}]

    answer = lint("--json", put(tea(crowd), tmp_path))
    (problems,) = json.loads(answer.output).values()
    assert ("W", "pass.json: storeCard.primaryFields (en)") in {(each["severity"], each["where"]) for each in problems}


def test_the_rules_of_google_are_heard(tmp_path):
    sheet = f'{CARD_TOML}\n[google]\nprogramme = "The Extraordinary Tea Society"\n'
    answer = lint("--json", put(tea(sheet=sheet), tmp_path))
    (problems,) = json.loads(answer.output).values()
    assert [(each["severity"], each["where"]) for each in problems] == [("W", "Google class: programName")]


def test_contrast_is_judged_once(tmp_path):
    answer = lint("--json", put(tea(lambda document: document.update(labelColor="rgb(40, 90, 60)")), tmp_path))
    (problems,) = json.loads(answer.output).values()
    assert [each["where"] for each in problems] == ["pass.json: labelColor"]


def test_without_a_folder_every_template_of_the_house_is_looked_at(tmp_path):
    put(tea(), tmp_path)
    answer = lint("--json", WALLET_TEMPLATES_DIR=str(tmp_path))
    assert json.loads(answer.output) == {str(tmp_path / "tiny-tea.pkpasstemplate"): []}


def test_a_house_without_templates_is_told_so(tmp_path):
    answer = lint(WALLET_TEMPLATES_DIR=str(tmp_path))
    assert (answer.exit_code, "no name for a template" in answer.output) == (1, True)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.stem)
def test_the_templates_we_ship_have_no_problems(folder):
    answer = lint("--json", folder)
    assert json.loads(answer.output) == {str(folder): []}
