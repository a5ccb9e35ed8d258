"""`wallet-service pass …`: look into .pkpass files, and at the cards they show."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from wallet_service.wallets.apple.checks import Finding
    from wallet_service.wallets.apple.preview import Subject

app = typer.Typer(no_args_is_help=True)


@app.callback()
def passes() -> None:
    """Look into .pkpass files, and at the cards they show."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The .pkpass to check.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as a JSON array.")] = False,
    development: Annotated[
        bool, typer.Option("--development", help="Accept any issuer of certificates, and a web service over http.")
    ] = False,
) -> None:
    """Check a pass for the 32 usual failures; exit code 1 if Wallet would refuse it or show it wrong."""
    from wallet_service.clock import SystemClock
    from wallet_service.wallets.apple.checks import check_pass, refused

    findings = check_pass(_content(file), now=SystemClock().now(), development=development)
    if as_json:
        _print_json(findings)
    else:
        _print_list(findings)
    raise typer.Exit(code=int(refused(findings)))


@app.command()
def preview(
    source: Annotated[
        Path,
        typer.Argument(exists=True, readable=True, metavar="FILE_OR_TEMPLATE", help="A .pkpass, or a template folder."),
    ],
    *,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="The page to write; without it, <name>.html in this folder.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="What the phone speaks: en, ru, pt-BR …")] = None,
    tier: Annotated[str, typer.Option(help="Of a template: the tier whose look the card has.")] = "",
    png: Annotated[
        bool, typer.Option("--png", help="Take a picture of the page too, beside it (needs Chromium).")
    ] = False,
    chromium: Annotated[
        Path | None, typer.Option(help="The browser; else WALLET_CHROMIUM, or one found by name.")
    ] = None,
    development: Annotated[
        bool, typer.Option("--development", help="Accept any issuer of certificates, and a web service over http.")
    ] = False,
) -> None:
    """Show how a card looks on a lock screen, in Wallet old and new, from behind and on a wrist, as an HTML page."""
    from wallet_service.cards.numerals import locale_of
    from wallet_service.clock import SystemClock
    from wallet_service.settings import Settings
    from wallet_service.wallets.apple.preview import page, photograph, view

    now = SystemClock().now()
    subject = (
        _in_template(source, language, tier)
        if source.is_dir()
        else _in_file(source, language, now, development=development)
    )
    written = output or Path(f"{source.resolve().stem}.html")
    if not written.parent.is_dir():
        raise typer.BadParameter(f"{written.parent} is no folder.", param_hint="--output")
    written.write_text(page(view(subject, locale_of(subject.language), now)), encoding="utf-8")
    typer.echo(f"{written}: {_closing(subject.findings)}")
    if png:
        photograph(written, written.with_suffix(".png"), chromium or Settings().chromium)
        typer.echo(written.with_suffix(".png"))


def _in_template(folder: Path, language: str | None, tier: str) -> "Subject":
    """The card of a template's sample member, in the template's language that comes nearest, in the look of a tier."""
    from wallet_service.cards.sample import sample_pass
    from wallet_service.cards.templates import parse_template, read_template
    from wallet_service.wallets.apple.preview import from_template

    template = parse_template(read_template(folder.resolve()))
    spoken = template.nearest(language or template.languages[0])
    if tier not in {"", *template.tiers}:
        known = ", ".join(template.tiers) or "none"
        raise typer.BadParameter(f"The template has no look for it; tiers that have one: {known}.", param_hint="--tier")
    images = template.images(spoken, tier)
    return from_template(sample_pass(template, spoken, tier), images, name=template.name, language=spoken)


def _in_file(file: Path, language: str | None, now: "datetime", *, development: bool) -> "Subject":
    from wallet_service.wallets.apple.preview import from_file

    return from_file(_content(file), name=file.name, language=language, now=now, development=development)


def _content(file: Path) -> bytes:
    from wallet_service.wallets.apple.checks.archive import MOST_BYTES

    with file.open("rb") as stream:
        return stream.read(MOST_BYTES + 1)  # one more than is checked, so that /dev/zero is only "too large"


def _print_json(findings: "Sequence[Finding]") -> None:
    import json
    from dataclasses import asdict

    from wallet_service.wallets.apple.checks import RULES

    told = [asdict(finding) | {"rule": RULES[finding.number]} for finding in findings]
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _print_list(findings: "Sequence[Finding]") -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from wallet_service.wallets.apple.checks import Severity

    console = Console()
    colours = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}
    for finding in findings:
        code = (f"{finding.severity}{finding.number:02} ", colours[finding.severity])
        console.print(Text.assemble(code, (finding.where, "bold")))
        console.print(Padding(Text(f"{finding.message}\n→ {finding.mend}"), (0, 0, 1, 4), expand=False))
    console.print(Text(_closing(findings)))


def _closing(findings: "Sequence[Finding]") -> str:
    from wallet_service.wallets.apple.checks import Severity

    if not findings:
        return "No findings: this pass is ready for Wallet."
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    verdict = "do not issue this pass" if errors else "Wallet will take it"
    return f"{errors} error(s), {len(findings) - errors} warning(s): {verdict}."
