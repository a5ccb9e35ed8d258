"""`wallet-service programme …`: rules out of a programme file, and programmes that are ready to be opened."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wallet_service.database.seam import Transaction
    from wallet_service.loyalty.awards.rulebook_changes import Change
    from wallet_service.loyalty.awards.rulebook_doubts import Doubt
    from wallet_service.loyalty.awards.rulebooks import KeptRulebook, PublishedRulebook
    from wallet_service.loyalty.brands import Programme
    from wallet_service.loyalty.rules.forms import Finding
    from wallet_service.service import Service

app = typer.Typer(no_args_is_help=True)

SIGNS = {"added": "+", "removed": "-", "changed": "~", "reordered": "~"}
PARTS = {"mechanics": "mechanic", "tiers": "tier", "offers": "offer"}


@app.callback()
def programmes() -> None:
    """Rules of programmes, and programmes that are ready to be opened."""


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Programme files to look at.")],
    *,
    language: Annotated[str, typer.Option(help="What members speak.")] = "en",
) -> None:
    """Name every problem of programme files, without a database; exit code 1 if one of them cannot be used."""
    wrong = [path for path in files if not _is_right(path, language)]
    raise typer.Exit(code=int(bool(wrong)))


@app.command()
def rules(
    file: Annotated[Path, typer.Argument(help="The programme file.")],
    *,
    programme: Annotated[str, typer.Option(help="The programme's id.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be different.")] = False,
) -> None:
    """Put the rules of a programme file in force, and show what is different now."""
    from wallet_service.cli.session import OUT, in_transaction
    from wallet_service.loyalty.awards.programme_file import read_programme_file
    from wallet_service.loyalty.awards.rulebooks import programme_of, publish_rulebook

    document = read_programme_file(file)
    _insist(file, document)

    async def act(tx: "Transaction") -> "PublishedRulebook":
        published = await publish_rulebook(tx, await programme_of(tx, programme), document)
        if dry_run:
            raise _OnlyShown(published)
        return published

    try:
        published = in_transaction(act)
        verdict = "is in force" if published.fresh else "is in force already: nothing is different"
    except _OnlyShown as shown:
        published, verdict = shown.published, "would be in force" if shown.published.fresh else "is in force already"
    for line in (*map(_change, published.changes), *(f"> mechanic {name} runs again" for name in published.resumed)):
        OUT.print(line)
    for doubt in published.doubts:
        OUT.print(_doubt(doubt))
    OUT.print(f"Version {published.number} of the rules {verdict}.")


@app.command()
def show(
    programme: Annotated[str, typer.Argument(help="The programme's id.")],
    *,
    version: Annotated[int | None, typer.Option(min=1, help="Its number; else the one in force.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rules as they are kept.")] = False,
) -> None:
    """Show the rules of a programme."""
    from wallet_service.cli.session import in_transaction
    from wallet_service.loyalty.awards.rulebooks import parked_mechanics, programme_of, rules_in_force, rules_numbered

    async def act(tx: "Transaction") -> "tuple[KeptRulebook, Sequence[str]]":
        found = await programme_of(tx, programme)
        kept = await (rules_in_force(tx, found) if version is None else rules_numbered(tx, found, version))
        return kept, await parked_mechanics(tx, found)

    kept, parked = in_transaction(act)
    if as_json:
        import json

        typer.echo(json.dumps(kept.document, ensure_ascii=False, indent=2))
    else:
        _show(kept, parked)


@app.command()
def presets() -> None:
    """Programmes that are ready to be opened."""
    from wallet_service.cli.session import OUT, listing
    from wallet_service.loyalty.awards.programme_file import list_presets
    from wallet_service.settings import Settings

    table = listing("preset", "what it is", "template")
    for each in list_presets(Settings().templates_dir):
        table.add_row(each.name, each.title, each.template)
    OUT.print(table)


@app.command()
def new(
    brand: Annotated[str, typer.Argument(help="The brand's id.")],
    *,
    preset: Annotated[str, typer.Option(help="See `programme presets`.")],
    pass_type: Annotated[str, typer.Option(help="One of the brand's pass types.")],
    name: Annotated[str | None, typer.Option(help="What members know it by; else the preset's own.")] = None,
    language: Annotated[str, typer.Option(help="What members speak unless they say otherwise.")] = "en",
    time_zone: Annotated[str, typer.Option(help="IANA name; days and hours of the rules are those of it.")] = "UTC",
) -> None:
    """Open a programme from a preset: its template, if the brand has none of that name, and its rules; prints its id."""
    from wallet_service.cli.session import OUT, in_service
    from wallet_service.loyalty.awards.programme_file import find_preset
    from wallet_service.settings import Settings

    found = find_preset(Settings().templates_dir, preset)

    async def act(service: "Service") -> "Programme":
        from wallet_service.cli.opening import open_preset

        asked = {"name": name or found.programme, "pass_type": pass_type, "language": language, "time_zone": time_zone}
        return await open_preset(service, brand, found, asked)

    OUT.print(in_service(act).id)


class _OnlyShown(Exception):
    """Nothing is to be kept."""

    def __init__(self, published: "PublishedRulebook") -> None:
        super().__init__("only shown")
        self.published = published


def _is_right(path: Path, language: str) -> bool:
    """Say of a file what is wrong with it, and what is doubtful."""
    from wallet_service.cli.session import OUT
    from wallet_service.clock import SystemClock
    from wallet_service.errors import WalletServiceError
    from wallet_service.loyalty.awards.programme_file import read_programme_file
    from wallet_service.loyalty.awards.rulebook_doubts import doubts
    from wallet_service.loyalty.rules.forms import RulebookInvalid
    from wallet_service.loyalty.rules.reading import read_rulebook

    OUT.print(path)
    try:
        book = read_rulebook(read_programme_file(path))
    except RulebookInvalid as refusal:
        _print_findings(refusal.findings)
    except WalletServiceError as refusal:
        OUT.print(f"  {refusal.detail}\n    → {refusal.remedy}")
    else:
        for doubt in doubts(book, language, SystemClock().now().date()):
            OUT.print(f"  {_doubt(doubt)}")
        OUT.print(f"  Ready to be used: {len(book.mechanics)} mechanics, {len(book.tiers)} tiers.")
        return True
    return False


def _insist(path: Path, document: "Mapping[str, object]") -> None:
    """The command ends here, with everything that is wrong, if the rules cannot be used."""
    from wallet_service.cli.session import OUT
    from wallet_service.loyalty.rules.forms import RulebookInvalid
    from wallet_service.loyalty.rules.reading import read_rulebook

    try:
        read_rulebook(document)
    except RulebookInvalid as refusal:
        OUT.print(path)
        _print_findings(refusal.findings)
        raise typer.Exit(code=1) from None


def _print_findings(findings: "Iterable[Finding]") -> None:
    from wallet_service.cli.session import OUT

    for finding in findings:
        OUT.print(f"  {finding.place}: {finding.what}\n    → {finding.remedy}")


def _change(change: "Change") -> str:
    what = f"{PARTS[change.part]} {change.name}" if change.name else change.part
    return f"{SIGNS[change.how]} {what}{' in another order' if change.how == 'reordered' else ''}"


def _doubt(doubt: "Doubt") -> str:
    return f"! {doubt.place}: {doubt.what}"


def _show(kept: "KeptRulebook", parked: "Sequence[str]") -> None:
    from wallet_service.cli.session import OUT, listing

    tables = kept.document.get("mechanics", ())
    OUT.print(f"Version {kept.number}, in force since {kept.created_at:%Y-%m-%d %H:%M} UTC")
    if tiers := kept.document.get("tiers"):
        OUT.print(f"Tiers: {', '.join(tier['name'] for tier in tiers)}")
    table = listing("mechanic", "on", "stage", "state", "title")
    for each in tables:
        state = "parked" if each["name"] in parked else "active" if each.get("active", True) else "off"
        title = next(iter(each["title"].values()))
        table.add_row(each["name"], each["on"], each.get("stage", ""), state, title)
    OUT.print(table)
