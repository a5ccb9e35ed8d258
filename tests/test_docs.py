"""The documents hang together: no link of theirs leads nowhere, and each page is found from the first ones."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
BEGINNINGS = (ROOT / "README.md", ROOT / "docs/operations.md")
BY_FOLDER = {ROOT / "docs/decisions", ROOT / "docs/problems", ROOT / "docs/artwork"}
"""Folders that are linked as a whole, or that programs and templates lead into."""
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))


def links_of(page: Path) -> Iterator[tuple[Path, str]]:
    """Where the page leads in this tree: a file or folder, and the heading there."""
    for where, heading in LINK.findall(FENCED.sub("", page.read_text())):
        yield (page.parent / where).resolve() if where else page, heading


def anchors_of(page: Path) -> set[str]:
    """What headings of the page are called in links."""
    headings = HEADING.findall(FENCED.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    broken = [
        f"{where.relative_to(ROOT)}#{heading}"
        for where, heading in links_of(page)
        if not where.exists() or (heading and heading not in anchors_of(where))
    ]
    assert broken == []


def test_every_page_is_linked_from_the_readme_or_from_operations() -> None:
    linked = {where for page in BEGINNINGS for where, _ in links_of(page)}
    assert [page for page in PAGES if page not in {*linked, *BEGINNINGS} and page.parent not in BY_FOLDER] == []


def test_a_link_into_nothing_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One two\n[a](#one-two) [b](gone.md#x) [c](https://example.com)\n```\n[d](code.md)\n```\n")
    assert list(links_of(page)) == [(page, "one-two"), (tmp_path / "gone.md", "x")]
    assert anchors_of(page) == {"one-two"}
