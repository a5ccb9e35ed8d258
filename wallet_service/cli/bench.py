"""`bench`: how fast the hot paths are, as ratios against a limit or a peer measured in the same run."""

import json
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from wallet_service.errors import Invalid

if TYPE_CHECKING:
    from wallet_service.bench.harness import Figure

BENCHES: Mapping[str, str] = {
    "passes": "signed passes made on one core, against the RSA signatures alone",
    "fetches": "phones that ask again over HTTP, against an application that does nothing",
    "balances": "durable balance changes, against four ordinary statements, and over HTTP",
    "purchases": "durable purchases with mechanics and lots, against bare rows, and over HTTP; and quotes",
    "mechanics": "the rules asked on one core, against the same rules read plainly",
    "growth": "what a purchase costs at 1,000,000 members, against at 10,000",
    "expiry": "lots of points that expire, with ledger, balances and cards",
    "import": "a bulk import of entries, and what it takes of memory",
    "pushes": "what a push costs, against aioapns and h2load",
    "google": "balance PATCHes against google-auth with requests, and an hour within Google's quota",
    "save-links": "Google save links made on one core, against the RSA signatures alone",
    "callbacks": "Google's callbacks verified on one core",
    "live": "from the till's call to the push that arrives at APNs, and to the PATCH at Google",
    "storm": "all phones at once, while the till goes on",
    "scale": "one process against two",
}
"""Name -> what it measures; each is a module of `wallet_service.bench`."""

MODULES = {"import": "imports", "save-links": "save_links"}
"""Where the module's name is not the bench's."""


class BenchUnknown(Invalid):
    """There is no bench of this name."""

    slug = "bench-unknown"
    title = "There is no such bench"


def bench(
    name: Annotated[str, typer.Argument(help=", ".join(BENCHES))],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print one line of JSON at the end")] = False,
    quick: Annotated[bool, typer.Option(help="end within 40 s")] = False,
    full: Annotated[bool, typer.Option(help="the size of a large brand")] = False,
) -> None:
    """Measure one hot path. A figure that misses its goal is no error: a slow machine is not a broken one."""
    from wallet_service.bench.harness import Effort, machine

    if name not in BENCHES:
        raise BenchUnknown(f"{name} is none of {', '.join(BENCHES)}.", remedy="Choose one of them.")
    module = import_module(f"wallet_service.bench.{MODULES.get(name, name)}")
    figures = module.measure(Effort.QUICK if quick else Effort.FULL if full else Effort.NORMAL)
    where = machine()
    Console(stderr=as_json, highlight=False, soft_wrap=True).print(
        table(f"{name}: {BENCHES[name]}", module.FIGURES, figures), f"[dim]{where}[/]"
    )
    if as_json:
        typer.echo(json.dumps({"bench": name, "figures": figures, "machine": where}))


def table(title: str, described: "tuple[Figure, ...]", figures: Mapping[str, float]) -> Table:
    """What was measured, beside its goal."""
    shown = Table("figure", "measured", "goal", "what it is", title=title, title_justify="left", box=None)
    for figure in described:
        value = figures.get(figure.key)
        shown.add_row(figure.key, *said(figure, value), figure.meaning)
    return shown


def said(figure: "Figure", value: float | None) -> tuple[str, str]:
    """A value, and how it stands to its goal."""
    if value is None:
        return "not installed", ""
    if figure.goal is None:
        return number(value), "reported"
    return number(value), f"[{'green' if figure.goal.met(value) else 'red'}]{figure.goal}[/]"


def number(value: float) -> str:
    """A figure as people read it: three digits that count, and thousands apart. PURE."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.3g}"
