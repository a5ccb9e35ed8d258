"""`wallet-service import …`: move in, with members and their points from files of any length."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from wallet_service.cli.import_run import Kind

app = typer.Typer(no_args_is_help=True)

FilePath = Annotated[Path, typer.Argument(metavar="FILE", help="NDJSON: a JSON object on each line; - is stdin.")]
BrandId = Annotated[str, typer.Option(help="The brand's id.")]
Results = Annotated[
    Path | None, typer.Option(help="Where refused lines go, as NDJSON; else the first 20 are shown.", metavar="FILE")
]


@app.callback()
def imports() -> None:
    """Move in: import members and points from files. Run again after a break: nothing is written twice."""


@app.command()
def members(file: FilePath, *, brand: BrandId, results: Results = None) -> None:
    """Enrol members, each line as POST /v1/members takes it, with an external_id or a phone.

    A member who is there already, as the line has them, is no mistake. Exit code 1 if any line was refused.
    """
    from wallet_service.cli.import_members import import_of_members

    _run(import_of_members(brand), file, results)


@app.command()
def entries(
    file: FilePath,
    *,
    brand: BrandId,
    name: Annotated[
        str | None,
        typer.Option(help="Makes the key of each line that has none: NAME/LINE. The same for the same file."),
    ] = None,
    results: Results = None,
) -> None:
    """Post entries, each line as POST /v1/entries/bulk takes it.

    Every line needs a key, or the import a --name. Exit code 1 if any line was refused.
    """
    from wallet_service.cli.import_entries import import_of_entries

    _run(import_of_entries(brand, name), file, results)


def _run(kind: "Kind[Any]", file: Path, results: Path | None) -> None:
    from wallet_service.cli.import_file import opened
    from wallet_service.cli.import_run import refusals_to, run
    from wallet_service.cli.session import run_until_told
    from wallet_service.settings import Settings

    settings = Settings()
    with opened(file) as source, refusals_to(results, file) as refusals:
        tally = run_until_told(lambda stop: run(kind, source, refusals, settings, stop))
    raise typer.Exit(code=int(tally.refused > 0))
