"""Each refusal has a page, and each page says something of its own."""

import inspect
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

import wallet_service.serving as whole_app
from wallet_service.errors import WalletServiceError
from wallet_service.web.problem_pages import Refusal, pages, refusals

HOME = Path(__file__).parent.parent.parent

COMMAND_LINE = (
    "wallet_service.bench.",
    "wallet_service.cards.google_issuers",
    "wallet_service.cards.publish",
    "wallet_service.channels.app_push",
    "wallet_service.cli.",
    "wallet_service.loyalty.awards.programme_file",
    "wallet_service.wallets.apple.enrolment",
    "wallet_service.wallets.apple.push.apns2_adapter",
    "wallet_service.wallets.apple.preview.",
)
"""Modules whose refusals no request can meet: only commands import them."""

EVERYTHING = """
import pathlib, runpy, sys, wallet_service.serving
from wallet_service.web.problem_pages import refusals
served = set(refusals())
script = runpy.run_path("scripts/problem-pages")
script["load_everything"]()
script["write_pages"](pathlib.Path(sys.argv[1]))
print(*{kind.__module__ for kind in set(refusals()) - served})
"""
"""Write the pages of all refusals, and print the modules of those that the app alone does not know."""

DOCS = HOME / "docs" / "problems"


def ours() -> list[Refusal]:
    assert whole_app is not None  # importing it is what makes them known
    return [kind for kind in refusals() if kind.__module__.startswith("wallet_service.")]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder of pages written afresh, and the modules whose refusals the app does not serve."""
    folder = tmp_path_factory.mktemp("problems")
    command = [sys.executable, "-c", EVERYTHING, str(folder)]
    return folder, subprocess.run(command, check=True, capture_output=True, text=True, cwd=HOME).stdout.split()


def test_the_pages_in_the_repository_are_those_of_the_code(written: tuple[Path, list[str]]) -> None:
    fresh, kept = ({page.name: page.read_text() for page in folder.iterdir()} for folder in (written[0], DOCS))

    assert kept == fresh, "run scripts/problem-pages"


def test_every_page_is_served_by_the_app_but_those_of_the_command_line(written: tuple[Path, list[str]]) -> None:
    assert [module for module in written[1] if not module.startswith(COMMAND_LINE)] == []


def test_a_slug_belongs_to_one_refusal() -> None:
    kinds = defaultdict(set)
    for kind in ours():
        kinds[kind.slug].add(kind)

    assert {slug for slug, some in kinds.items() if len(some) > 1} == set()


def test_every_refusal_explains_itself() -> None:
    for kind in ours():
        assert "slug" in vars(kind) or kind is WalletServiceError, f"{kind} has no slug of its own"
        assert len(inspect.cleandoc(kind.__doc__ or "")) > 15, kind
        assert (kind.title, kind.title[-1] != ".") == (kind.title.strip(), True)


def test_pages_do_not_depend_on_the_order_of_imports() -> None:
    assert list(pages()) == list(dict.fromkeys(kind.slug for kind in sorted(ours(), key=_place)))


def _place(kind: Refusal) -> tuple[str, str]:
    return kind.__module__, kind.__qualname__
