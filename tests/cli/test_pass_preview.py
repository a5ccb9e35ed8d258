"""`wallet-service pass preview` as an operator types it: a page, in a language, and a picture of it."""

import json
import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.cards.template_maker import put, tea
from tests.wallets.apple.checks.good_pass import Recipe, png
from wallet_service.cli.passes import app
from wallet_service.errors import WalletServiceError
from wallet_service.wallets.apple.checks.images import Image
from wallet_service.wallets.apple.preview.photograph import BrowserMissing, PictureFailed

SHIPPED = sorted((Path(__file__).parents[2] / "pass_templates").glob("*.pkpasstemplate"))

BROWSER = f"""#!{sys.executable}
# Puts a picture where Chromium is told to put one, and notes how it was called.
import json, pathlib, shutil, sys
here, flags = pathlib.Path(__file__), dict(flag.partition("=")[::2] for flag in sys.argv[1:-1])
here.with_suffix(".json").write_text(json.dumps([flags, sys.argv[-1]]))
shutil.copy(here.with_suffix(".png"), flags["--screenshot"])
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the command in a folder of its own; a refusal is raised, for the main command prints it."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object, exit_code: int = 0, **environment: str) -> str:
        result = CliRunner().invoke(app, ["preview", *map(str, words)], env=environment)
        if isinstance(result.exception, WalletServiceError):
            raise result.exception
        assert result.exit_code == exit_code, result.output
        return result.output

    return run


@pytest.fixture
def browser(tmp_path):
    """Makes a program that is called like Chromium."""

    def browser(text: str):
        program = tmp_path / "browser"
        program.write_text(text)
        program.chmod(0o755)
        program.with_suffix(".png").write_bytes(png(100, 60))
        return program

    return browser


@pytest.fixture
def tea_folder(tmp_path):
    """The tea template on disk."""
    return put(tea(), tmp_path / "templates")


def test_a_tier_is_shown_in_its_own_look(run, tmp_path):
    atelier = next(folder for folder in SHIPPED if folder.stem == "beauty-atelier")
    assert run(atelier, "--tier", "peony").endswith("ready for Wallet.\n")
    html = (tmp_path / "beauty-atelier.html").read_text("utf-8")
    assert "Peony" in html
    assert "rgb(70 26 51)" in html


def test_a_tier_without_a_look_is_refused_with_those_that_have_one(run):
    atelier = next(folder for folder in SHIPPED if folder.stem == "beauty-atelier")
    assert "bloom, peony" in run(atelier, "--tier", "tin", exit_code=2)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.stem)
def test_the_cards_we_ship_look_right_in_every_language(run, tmp_path, folder):
    for language, details in (("en", "Automatic Updates"), ("ru", "Автообновление")):
        output = run(folder, "--language", language)
        assert output == f"{folder.stem}.html: No findings: this pass is ready for Wallet.\n"
        html = (tmp_path / f"{folder.stem}.html").read_text("utf-8")
        for words in (details, "posterGeneric", "storeCard", "<svg"):
            assert words in html


def test_a_template_speaks_its_first_language_unless_told(run, tmp_path, tea_folder):
    run(tea_folder)
    assert "You have 1,250 leaves" in (tmp_path / "tiny-tea.html").read_text("utf-8")
    run(tea_folder, "--language", "ru-RU", "--output", "ru.html")
    assert "Стало 1\xa0250 листьев" in (tmp_path / "ru.html").read_text("utf-8")


def test_a_template_in_the_present_folder_needs_no_path(run, tmp_path, tea_folder, monkeypatch):
    monkeypatch.chdir(tea_folder)
    run(".", "--output", tmp_path / "here.html")
    assert "Tiny Tea" in (tmp_path / "here.html").read_text("utf-8")


def test_a_pass_file_is_shown_with_what_is_wrong_with_it(run, tmp_path):
    recipe = Recipe()
    recipe.document["maxDistance"] = "100"
    (tmp_path / "card.pkpass").write_bytes(recipe.cooked())
    assert run("card.pkpass", "--development") == "card.html: 1 error(s), 0 warning(s): do not issue this pass.\n"
    assert "<b>E19</b> maxDistance" in (tmp_path / "card.html").read_text("utf-8")


def test_a_language_that_is_none_is_refused(run, tmp_path):
    (tmp_path / "card.pkpass").write_bytes(Recipe().cooked())
    with pytest.raises(WalletServiceError, match='"klingon" is not a known language'):
        run("card.pkpass", "--language", "klingon")


def test_what_is_no_pass_is_refused_and_leaves_no_page(run, tmp_path):
    (tmp_path / "card.pkpass").write_bytes(b"<html>please log in</html>")
    with pytest.raises(WalletServiceError, match=r"card\.pkpass: This is not a readable zip archive"):
        run("card.pkpass")
    assert not (tmp_path / "card.html").exists()


def test_a_page_goes_into_a_folder_that_is_there(run, tea_folder):
    assert "nowhere is no folder" in run(tea_folder, "--output", "nowhere/page.html", exit_code=2)


def test_a_picture_is_taken_of_the_page(run, tmp_path, tea_folder, browser):
    assert run(tea_folder, "--png", "--chromium", browser(BROWSER)).splitlines()[-1] == "tiny-tea.png"
    assert Image("", None, "", 1, (tmp_path / "tiny-tea.png").read_bytes()).pixels == (100, 60)


def test_the_browser_is_cut_off_from_the_world_and_boxed_unless_root(run, tmp_path, tea_folder, browser):
    run(tea_folder, "--png", WALLET_CHROMIUM=str(browser(BROWSER)))
    flags, page = json.loads((tmp_path / "browser.json").read_text())
    assert page == (tmp_path / "tiny-tea.html").as_uri()
    assert flags["--host-resolver-rules"] == "MAP * ~NOTFOUND"
    assert not Path(flags["--user-data-dir"]).parent.exists()
    assert ("--no-sandbox" in flags) == (os.geteuid() == 0)


@pytest.mark.parametrize("choice", [["--chromium", "nowhere/chromium"], []])
def test_without_a_browser_there_is_a_page_and_a_clear_refusal(run, tmp_path, tea_folder, choice):
    with pytest.raises(BrowserMissing):
        run(tea_folder, "--png", *choice, PATH=str(tmp_path))
    assert (tmp_path / "tiny-tea.html").exists()


@pytest.mark.parametrize("left", [b"", b"\x89PNG and then no picture"])
def test_a_browser_that_leaves_no_picture_is_quoted(run, tea_folder, browser, left):
    program = browser(BROWSER)
    program.with_suffix(".png").write_bytes(left)
    with pytest.raises(PictureFailed, match=f"{program} left no picture"):
        run(tea_folder, "--png", "--chromium", program)


@pytest.mark.parametrize(
    ("text", "words"),
    [("#!/bin/sh\necho no display >&2\nexit 1\n", "no display"), ("#!/nowhere/sh\n", "No such file or directory")],
)
def test_the_last_words_of_a_browser_are_in_the_refusal(run, tea_folder, browser, text, words):
    with pytest.raises(PictureFailed, match=words):
        run(tea_folder, "--png", "--chromium", browser(text))
