"""`wallet-service`: the operator's command line."""

import sys

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from wallet_service.cli import brands, cards, certs, db, demo, keys, passes, serve, templates
from wallet_service.errors import WalletServiceError

app = typer.Typer(
    name="wallet-service",
    help="Loyalty cards in Apple Wallet that stay live.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("demo")(demo.demo)
app.add_typer(db.app, name="db", help="The database.")
app.add_typer(brands.app, name="brand", help="Brands, their pass types and programmes.")
app.add_typer(keys.app, name="key", help="API keys, and the master keys.")
app.add_typer(templates.app, name="template", help="Card templates.")
app.add_typer(cards.app, name="card", help="Cards, and what their phones show.")
app.add_typer(passes.app, name="pass", help="Pass files.")
app.add_typer(certs.app, name="certs", help="Apple's pass certificates.")


def main() -> None:
    """Run a command; a refusal is one line: what, why, what to do."""
    try:
        app()
    except WalletServiceError as refusal:
        _say(refusal.title, refusal.detail, refusal.remedy)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        _say("A setting is wrong", f"WALLET_{'__'.join(map(str, first['loc'])).upper()}: {first['msg']}.", None)
    except KeyboardInterrupt:
        sys.exit(130)


def _say(title: str, detail: str, remedy: str | None) -> None:
    text = f"[bold red]{escape(title)}.[/] {escape(detail)}"
    Console(stderr=True, soft_wrap=True, highlight=False).print(
        f"{text} [green]{escape(remedy)}[/]" if remedy else text
    )
    sys.exit(1)
