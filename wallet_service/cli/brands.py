"""`brand`: open a brand, give it a pass type, open its programmes."""

from typing import Annotated

import typer

from wallet_service.cli import apps, google
from wallet_service.cli.session import OUT, in_transaction, listing

app = typer.Typer(no_args_is_help=True)
app.add_typer(google.app, name="google")
app.add_typer(apps.app, name="app")


@app.command()
def create(name: str) -> None:
    """Open a brand; prints its id."""
    from wallet_service.loyalty.brands import create_brand

    OUT.print(in_transaction(lambda tx: create_brand(tx, name)))


@app.command("list")
def index() -> None:
    """All brands with their programmes."""
    from wallet_service.loyalty.brands import list_brands

    table = listing("brand", "name", "programme", "name", "pass type", "template", "members")
    for row in in_transaction(list_brands):
        table.add_row(*(str(value) if value is not None else "" for value in row))
    OUT.print(table)


@app.command("pass-type")
def pass_type(brand: str, identifier: str) -> None:
    """Give the brand a pass type; its certificate belongs in certs/<identifier>/ (see `certs`)."""
    from wallet_service.loyalty.brands import claim_pass_type

    in_transaction(lambda tx: claim_pass_type(tx, brand, identifier))
    OUT.print(f"{identifier} belongs to {brand}.")


@app.command()
def programme(
    brand: str,
    name: str,
    pass_type: Annotated[str, typer.Option(help="one of the brand's pass types")],
    template: Annotated[str, typer.Option(help="a published template of the brand")],
    language: Annotated[str, typer.Option(help="what members speak unless they say otherwise")] = "en",
    time_zone: Annotated[str, typer.Option(help="IANA name")] = "UTC",
    *,
    may_go_negative: Annotated[bool, typer.Option(help="let members spend points they do not have")] = False,
) -> None:
    """Open a programme; prints its id."""
    from wallet_service.cards.publish import newest_version
    from wallet_service.database.seam import Transaction
    from wallet_service.loyalty.brands import create_programme

    async def act(tx: Transaction) -> str:
        opened = await create_programme(
            tx,
            brand,
            name=name,
            pass_type=pass_type,
            template_version_id=await newest_version(tx, brand, template),
            language=language,
            time_zone=time_zone,
            may_go_negative=may_go_negative,
        )
        return opened.id

    OUT.print(in_transaction(act))
