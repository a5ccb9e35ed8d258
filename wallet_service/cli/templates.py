"""`wallet-service template …`: look into the card templates, and publish them."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wallet_service.cards.problem import Problem
    from wallet_service.cards.publish import Published
    from wallet_service.service import Service
    from wallet_service.wallets.seam import CardFace

app = typer.Typer(no_args_is_help=True)


@app.callback()
def templates() -> None:
    """Look into card templates, and publish them."""


@app.command()
def lint(
    folders: Annotated[list[Path] | None, typer.Argument(help="Folders to look at; without any, all of them.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the problems as a JSON object by folder.")] = False,
) -> None:
    """Name every problem of card templates; exit code 1 if one of them cannot be published."""
    from wallet_service.cards.problem import Severity

    found = {str(folder): _problems(folder) for folder in folders or _all_templates()}
    if as_json:
        _print_json(found)
    else:
        _print_list(found)
    raise typer.Exit(code=int(any(each.severity is Severity.ERROR for each in _flat(found))))


def _all_templates() -> list[Path]:
    from wallet_service.cards.template_source import SUFFIX
    from wallet_service.settings import Settings

    home = Settings().templates_dir
    return sorted(home.glob(f"*{SUFFIX}")) or [home]


def _problems(folder: Path) -> "Sequence[Problem]":
    from wallet_service.cards.lint import lint as lint_template
    from wallet_service.cards.templates import TemplateInvalid, read_template

    try:
        return lint_template(read_template(folder), _apple_problems, of_faces=[_google_problems])
    except TemplateInvalid as refusal:
        return refusal.findings


def _apple_problems(pass_json: "Mapping[str, Any]", language: str) -> "Iterator[Problem]":
    """What Apple's rules say of the filled card."""
    from wallet_service.cards.problem import Problem, Severity
    from wallet_service.wallets.apple.checks import check_document

    identity = {"passTypeIdentifier": "pass.example", "teamIdentifier": "EXAMPLE123", "serialNumber": "sample"}
    for finding in check_document({**pass_json, **identity}):
        severity, where = Severity(finding.severity), f"pass.json: {finding.where} ({language})"
        if (finding.number, severity) != (23, Severity.WARNING):  # of contrast, templates have a stricter rule
            yield Problem(severity, where, finding.message, finding.mend)


def _google_problems(faces: "Sequence[CardFace]") -> "Iterator[Problem]":
    """What Google's rules say of the class and of the filled card, texts in full."""
    from wallet_service.cards.problem import Problem, Severity
    from wallet_service.wallets.google.sample import check_sample

    for where, finding in check_sample(faces):
        yield Problem(Severity(finding.severity), f"Google {where}: {finding.where}", finding.message, finding.mend)


def _flat(found: "Mapping[str, Sequence[Problem]]") -> "Iterable[Problem]":
    return (problem for problems in found.values() for problem in problems)


def _print_json(found: "Mapping[str, Sequence[Problem]]") -> None:
    import json
    from dataclasses import asdict

    listed = {folder: [asdict(problem) for problem in problems] for folder, problems in found.items()}
    typer.echo(json.dumps(listed, ensure_ascii=False, indent=2))


def _print_list(found: "Mapping[str, Sequence[Problem]]") -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from wallet_service.cards.problem import Severity

    console = Console()
    colours = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}
    for folder, problems in found.items():
        console.print(Text(folder, "bold underline"), soft_wrap=True)
        for problem in problems:
            console.print(Text.assemble((f"{problem.severity} ", colours[problem.severity]), problem.where))
            console.print(Padding(Text(f"{problem.message}\n→ {problem.mend}"), (0, 0, 1, 2)))
        console.print(Text(_closing(problems)))


def _closing(problems: "Sequence[Problem]") -> str:
    from wallet_service.cards.problem import Severity

    if not problems:
        return "No problems: ready to be published."
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    verdict = "not ready to be published" if errors else "can be published"
    return f"{errors} error(s), {len(problems) - errors} warning(s): {verdict}."


@app.command()
def publish(
    brand: Annotated[str, typer.Argument(help="The brand's id.")],
    folder: Annotated[Path, typer.Argument(help="The template's folder.")],
    *,
    rate: Annotated[
        float | None,
        typer.Option(
            min=0.1, max=100_000, help="Cards a second whose phones are told; else WALLET_PUSH__REFRESH_PER_S."
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show the cards following, until all phones are told.")
    ] = False,
) -> None:
    """Make a template the newest version a brand has of it; nothing is published that has an error."""
    from wallet_service.cards.templates import read_template
    from wallet_service.cli.session import in_service

    _insist(folder, _problems(folder))
    source = read_template(folder)

    async def act(service: "Service") -> "Published":
        from wallet_service.cards.google_issuers import issuers_of
        from wallet_service.cards.images import keep_images
        from wallet_service.cards.publish import publish_template
        from wallet_service.cards.rehearsal import rehearse
        from wallet_service.cards.templates import parse_template
        from wallet_service.loyalty.brands import known_brand

        template = parse_template(source)
        async with service.database.begin() as tx:
            issuers = await issuers_of(tx, await known_brand(tx, brand))
            await keep_images(tx, template)  # before Google is asked, who may want to see them
        _insist(folder, await rehearse(service.google, issuers, template))
        async with service.database.begin() as tx:
            return await publish_template(tx, brand, source, per_s=rate)

    typer.echo(f"{source.name} {_news(in_service(act))}")
    if watch:
        progress(brand, watch=True)


def _insist(folder: Path, problems: "Sequence[Problem]") -> None:
    """Show what is wrong; the command ends here if it keeps the template from being published."""
    from wallet_service.cards.problem import Severity

    if problems:
        _print_list({str(folder): problems})
    if any(each.severity is Severity.ERROR for each in problems):
        raise typer.Exit(code=1)


def _news(version: "Published") -> str:
    if not version.fresh:
        return f"is version {version.number} already: nothing changed."
    return f"is published as version {version.number}; cards that follow: {version.followers}."


@app.command()
def progress(
    brand: Annotated[str | None, typer.Argument(help="The brand's id; without it, all brands.")] = None,
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until all phones are told.")] = False,
) -> None:
    """Show how far the cards of newly published templates are: restyled, told, fetched."""
    from wallet_service.cli.refreshes import show, watch_until_told
    from wallet_service.cli.session import in_service

    in_service(partial(watch_until_told if watch else show, brand=brand))
