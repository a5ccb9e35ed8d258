"""`wallet-service pass check` as an operator meets it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.wallets.apple.checks.good_pass import Recipe
from wallet_service.cli.passes import app
from wallet_service.wallets.apple.checks import RULES

runner = CliRunner()


def saved(folder: Path, recipe: Recipe) -> str:
    """The path of this pass, on disk."""
    path = folder / "card.pkpass"
    path.write_bytes(recipe.cooked())
    return str(path)


def test_a_good_pass_is_ready(tmp_path):
    result = runner.invoke(app, ["check", saved(tmp_path, Recipe()), "--development"])
    assert result.exit_code == 0
    assert "ready for Wallet" in result.output


def test_an_error_is_told_with_its_mend_and_fails(tmp_path):
    recipe = Recipe()
    recipe.document["maxDistance"] = "100"
    result = runner.invoke(app, ["check", saved(tmp_path, recipe), "--development"])
    assert result.exit_code == 1
    for words in ("E19 maxDistance", "must be a number", "→ Write a number", "1 error(s), 0 warning(s)"):
        assert words in result.output


def test_a_warning_is_told_and_passes(tmp_path):
    recipe = Recipe()
    del recipe.files["icon@3x.png"]
    result = runner.invoke(app, ["check", saved(tmp_path, recipe), "--development"])
    assert result.exit_code == 0
    assert "W13 icon@3x.png" in result.output
    assert "Wallet will take it" in result.output


def test_without_development_only_apple_may_issue(tmp_path):
    result = runner.invoke(app, ["check", saved(tmp_path, Recipe()), "--json"])
    assert result.exit_code == 1
    (finding,) = json.loads(result.output)
    assert (finding["number"], finding["severity"], finding["where"]) == (4, "E", "signature")
    assert finding["rule"] == RULES[4]


def test_markup_in_a_pass_is_shown_and_not_obeyed(tmp_path):
    recipe = Recipe()
    recipe.document["[red]key[/red]"] = 1
    result = runner.invoke(app, ["check", saved(tmp_path, recipe), "--development"])
    assert "[red]key[/red]" in result.output


@pytest.mark.parametrize(("path", "reason"), [("missing.pkpass", "does not exist"), (".", "is a directory")])
def test_a_file_that_cannot_be_read_is_told_with_the_reason(tmp_path, monkeypatch, path, reason):
    monkeypatch.chdir(tmp_path)
    result = runner.invoke(app, ["check", path])
    assert result.exit_code == 2
    assert f"'{path}' {reason}" in result.output


def test_what_is_no_pass_is_told(tmp_path):
    path = tmp_path / "card.pkpass"
    path.write_bytes(b"<html>please log in</html>")
    result = runner.invoke(app, ["check", str(path)])
    assert result.exit_code == 1
    assert "E12 the archive" in result.output
