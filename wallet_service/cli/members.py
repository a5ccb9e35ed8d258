"""`member`: what the law lets members ask for: everything that is kept of them, and that it be forgotten."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wallet_service.cli.session import OUT, in_service
from wallet_service.errors import Invalid

if TYPE_CHECKING:
    from wallet_service.service import Service

app = typer.Typer(no_args_is_help=True)

Reference = Annotated[str, typer.Argument(help="mem_…, card_…, external:YOUR-ID or phone:+NUMBER")]


class ExportExists(Invalid):
    """There is a file of this name, which an export does not write over."""

    slug = "export-exists"
    title = "This file is there already"


@app.callback()
def member() -> None:
    """Single members."""


@app.command()
def erase(
    brand: str,
    member: Reference,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Take everything away that says who a member is, for ever; cards are withdrawn, what is in the books stays."""
    from wallet_service.loyalty.found import MemberGone
    from wallet_service.loyalty.people.erase import erase_member
    from wallet_service.loyalty.people.members import find_member
    from wallet_service.loyalty.references import parse_reference
    from wallet_service.web.render import refusal_reply

    if not yes:
        typer.confirm("This cannot be undone. Erase this member?", abort=True)

    async def act(service: "Service") -> str:
        async with service.database.begin() as tx:
            found = await find_member(tx, brand, parse_reference(member))
            await erase_member(tx, found, refusal_reply(MemberGone()))
            return found.id

    OUT.print(f"{in_service(act)} is erased.")


@app.command()
def export(brand: str, member: Reference, file: Annotated[Path, typer.Argument(help="the zip to be written")]) -> None:
    """Write everything that is kept of a member into a zip that only you may read."""
    from wallet_service.loyalty.people.export import gather, write_zip
    from wallet_service.loyalty.references import parse_reference

    async def act(service: "Service") -> int:
        async with service.database.read() as tx:
            papers = await gather(tx, brand, parse_reference(member))
        return await _save(file, write_zip(service.database, papers))

    OUT.print(f"{file}: {in_service(act):,} bytes.")


async def _save(file: Path, pieces: AsyncIterator[bytes]) -> int:
    """Write the pieces; how many bytes they were. Raises `ExportExists`."""
    from wallet_service.private_files import create

    try:
        opened = create(file)
    except FileExistsError:
        raise ExportExists(f"{file} is there.", remedy="Name another file.") from None
    with opened:
        return sum([opened.write(piece) async for piece in pieces])
