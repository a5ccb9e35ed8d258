"""`wallet-service certs`: get, install and check the certificates that passes are signed with."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from wallet_service.clock import SystemClock
from wallet_service.settings import Settings
from wallet_service.wallets.apple.certificates import CertificateUnusable, PassCertificate, load_certificate
from wallet_service.wallets.apple.checkup import Finding, Level, check
from wallet_service.wallets.apple.devpki import ROOT, make_dev_certificates
from wallet_service.wallets.apple.enrolment import (
    Brought,
    install_certificate,
    request_certificate,
    require_pass_type,
)
from wallet_service.wallets.apple.keyring import Certificates

PORTAL = "https://developer.apple.com/account/resources/certificates/add"
COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan"}
P12 = {".p12", ".pfx"}

app = typer.Typer(help="Get, install and check the certificates that passes are signed with.", no_args_is_help=True)

PassType = Annotated[str, typer.Argument(help="pass type identifier, such as pass.com.example.card")]


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` tells of one pass type; without a certificate, the findings say why there is none."""

    pass_type: str
    certificate: PassCertificate | None
    findings: list[Finding]

    def as_json(self, now: datetime) -> dict[str, Any]:
        """For machines: days left and expiry are null where nothing could be read."""
        found = self.certificate
        return {
            "pass_type": self.pass_type,
            "team": found and found.team,
            "expires_at": found and found.ends_at.isoformat(),
            "days_left": found and found.days_left(now),
            "fingerprint": found and found.fingerprint,
            "findings": [asdict(finding) for finding in self.findings],
        }


@app.command()
def request(
    pass_type: PassType,
    renew: Annotated[bool, typer.Option("--renew", help="ask for the successor of a certificate in use")] = False,
) -> None:
    """Make a key and a signing request for Apple's portal. What is in use stays untouched."""
    file = request_certificate(Settings().certs_dir, pass_type, renew=renew)
    say = Console().print
    say(f"[green]Request:[/] {escape(str(file))}", soft_wrap=True)
    say(f"1. Upload it at {PORTAL} as a Pass Type ID Certificate for {escape(pass_type)}.", soft_wrap=True)
    say("2. Download the answer and run: wallet-service certs install pass.cer", soft_wrap=True)


@app.command()
def install(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=".cer, .pem or .p12")],
    wwdr: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Apple's intermediate, if it is not G4")
    ] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="first line is the passphrase of a .p12 or key")
    ] = None,
) -> None:
    """Check the portal's answer and switch to it; the certificate before it is kept under previous/."""
    installed = install_certificate(
        Settings().certs_dir,
        _brought(file),
        SystemClock().now(),
        wwdr=_brought(wwdr) if wwdr else None,
        passphrase=_passphrase(file, passphrase_file),
    )
    _print_done(f"[green]Installed[/] {installed.pass_type}", installed)


@app.command("check")
def check_certificates(
    pass_type: Annotated[str | None, typer.Argument(help="one pass type; without it, all of them")] = None,
    team: Annotated[str | None, typer.Option(help="team the certificates have to belong to")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Say what is wrong, or soon will be. Exit code 1 if there is an error, or nothing to check."""
    certs_dir, now = Settings().certs_dir, SystemClock().now()
    pass_types = [require_pass_type(pass_type)] if pass_type else Certificates(certs_dir).pass_types()
    reports = [_examine(certs_dir / each, now, team) for each in pass_types]
    if as_json:
        typer.echo(json.dumps([report.as_json(now) for report in reports], indent=2))
    else:
        _print_reports(reports, now, certs_dir)
    if not reports or any(finding.level is Level.ERROR for report in reports for finding in report.findings):
        raise typer.Exit(1)


@app.command()
def dev(
    pass_type: PassType = "pass.com.example.card",  # noqa: S107 - a pass type, not a password
    team: Annotated[str, typer.Option(help="team identifier to put into it")] = "DEV0TEAM00",
    organization: Annotated[str, typer.Option(help="organization to put into it")] = "Example Brand",
    days: Annotated[int, typer.Option(help="days until it expires; negative makes an expired one")] = 395,
) -> None:
    """Make a throw-away certificate, to try everything without an Apple account. Real phones refuse its passes."""
    certs_dir = Settings().certs_dir
    made = make_dev_certificates(
        certs_dir, require_pass_type(pass_type), team, organization, SystemClock().now(), days=days
    )
    _print_done(f"[green]Made[/] {made.pass_type}, chained to {escape(str(certs_dir / ROOT))}", made)


def _brought(file: Path) -> Brought:
    return Brought(str(file), file.read_bytes())


def _passphrase(file: Path, passphrase_file: Path | None) -> bytes | None:
    """Never an argument: the list of processes would show it."""
    if passphrase_file is not None:
        return passphrase_file.read_bytes().partition(b"\n")[0].rstrip(b"\r")
    if file.suffix.lower() not in P12:
        return None
    text: str = typer.prompt("Passphrase of the file", hide_input=True, default="", show_default=False)
    return text.encode()


def _examine(folder: Path, now: datetime, team: str | None) -> Report:
    try:
        certificate = load_certificate(folder)
    except CertificateUnusable as refusal:
        return Report(folder.name, None, [Finding(Level.ERROR, refusal.slug, refusal.detail, refusal.remedy or "")])
    return Report(folder.name, certificate, check(certificate, now, team=team))


def _print_done(headline: str, certificate: PassCertificate) -> None:
    Console().print(
        f"{headline}: team {escape(certificate.team)}, until {certificate.ends_at:%Y-%m-%d}.", soft_wrap=True
    )


def _print_reports(reports: list[Report], now: datetime, certs_dir: Path) -> None:
    console = Console()
    if not reports:
        console.print(f"No certificates in {escape(str(certs_dir))}: begin with `wallet-service certs request`.")
    for report in reports:
        console.print(f"[bold]{escape(report.pass_type)}[/] {_summary(report.certificate, now)}", soft_wrap=True)
        for finding in report.findings:
            colour = COLOURS[finding.level]
            text = escape(f"{finding.text} {finding.remedy}".strip())
            console.print(f"  [{colour}]{finding.level}[/] {text} [dim]({finding.code})[/]", soft_wrap=True)


def _summary(certificate: PassCertificate | None, now: datetime) -> str:
    if certificate is None:
        return ""
    days = certificate.days_left(now)
    left = f"{days} days left" if days >= 0 else "expired"
    return f"team {escape(certificate.team)}, until {certificate.ends_at:%Y-%m-%d}, {left}"
