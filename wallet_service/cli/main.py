"""`wallet-service`: the operator's command line."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from wallet_service.errors import WalletServiceError

if TYPE_CHECKING:
    from pydantic import ValidationError

COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": (
        "demo.command:demo",
        "See it all on this machine, with phones, Apple and Google simulated: no account, no settings.",
    ),
    "serve": ("serve:serve", "Open the doors: REST for back offices, the links and services of phones."),
    "worker": ("serve:worker", "Do what is due: pushes, template changes. Any number may run, on any machine."),
    "db": ("db:app", "The database."),
    "certs": ("certs:app", "Apple's pass certificates."),
    "brand": ("brands:app", "Brands, their pass types and programmes."),
    "programme": ("programmes:app", "Rules of programmes, and programmes that are ready to be opened."),
    "mechanic": ("mechanics:app", "What gives something by itself, and what it would have given."),
    "key": ("keys:app", "API keys, and the master keys."),
    "member": ("members:app", "Single members: everything that is kept of them, and that it be forgotten."),
    "import": ("imports:app", "Members and points out of files: move in."),
    "ledger": ("ledger:app", "The books: every balance, proven from its entries."),
    "template": ("templates:app", "Card templates."),
    "card": ("cards:app", "Cards, and what their phones show."),
    "pass": ("passes:app", "Pass files."),
    "doctor": ("doctor:doctor", "What is set, what is well, what is not, and what to do about it."),
    "bench": ("bench:bench", "How fast it is on this machine, against a limit or a peer in the same run."),
}
"""Name -> where it is, what it is for; in the order in which an operator meets them."""


class Later(TyperCommand):
    """A command that is imported when it is called, so that `--help` need not wait for all of them."""

    def __init__(self, name: str, where: str, purpose: str) -> None:
        super().__init__(name, help=purpose)
        self._where = where

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Begin the real command in the place of this one."""
        return _imported(self._where).make_context(info_name, args, parent, **extra)


class Menu(TyperGroup):
    """The commands of the table."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = {name: Later(name, where, purpose) for name, (where, purpose) in COMMANDS.items()}


app = typer.Typer(
    cls=Menu, name="wallet-service", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("wallet-service"))
        raise typer.Exit


@app.callback()
def wallet_service(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Loyalty cards in Apple Wallet and Google Wallet that stay live. Begin with `wallet-service demo`."""


def main() -> None:
    """Run a command; a refusal is one line: what, why, what to do."""
    try:
        app()
    except WalletServiceError as refusal:
        _say(refusal.title, refusal.detail, refusal.remedy)
    except ValueError as error:
        from pydantic import ValidationError

        if not isinstance(error, ValidationError) or error.title != "Settings":
            raise
        _say("A setting is wrong", *_setting(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _imported(where: str) -> TyperCommand | TyperGroup:
    module, _, name = where.partition(":")
    found = getattr(import_module(f"wallet_service.cli.{module}"), name)
    if isinstance(found, typer.Typer):
        return get_group(found)
    single = typer.Typer(add_completion=False)
    single.command()(found)
    return get_command(single)  # type: ignore[return-value]  # typer promises less than it makes


def _setting(error: "ValidationError") -> tuple[str, str]:
    """The variable that is wrong and why, and where all are described; never its value, which may be a secret."""
    first = error.errors(include_input=False, include_url=False)[0]
    if not first["loc"]:
        return f"{first['ctx']['error']}.", "Correct its name, or unset it; docs/operations.md lists them all."
    place = "__".join(map(str, first["loc"])).upper()
    name = place if place.startswith(("WALLET_", "DATABASE_URL")) else f"WALLET_{place}"
    return f"{name}: {first['msg']}.", "Correct this environment variable, or unset it for its default."


def _say(title: str, detail: str, remedy: str | None) -> None:
    text = f"[bold red]{escape(title)}.[/] {escape(detail)}"
    Console(stderr=True, soft_wrap=True, highlight=False).print(
        f"{text} [green]{escape(remedy)}[/]" if remedy else text
    )
    sys.exit(1)
