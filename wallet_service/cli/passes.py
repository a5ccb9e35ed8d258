"""`wallet-service pass …`: look into .pkpass files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wallet_service.wallets.apple.checks import Finding

app = typer.Typer(no_args_is_help=True)


@app.callback()
def passes() -> None:
    """Look into .pkpass files."""


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
    from wallet_service.wallets.apple.checks.archive import MOST_BYTES

    with file.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)  # one more than is checked, so that /dev/zero is only "too large"
    findings = check_pass(content, now=SystemClock().now(), development=development)
    if as_json:
        _print_json(findings)
    else:
        _print_list(findings)
    raise typer.Exit(code=int(refused(findings)))


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
