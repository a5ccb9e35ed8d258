"""`db`: bring the database up to date, or stop the embedded one."""

import asyncio

import typer

from wallet_service.cli.session import OUT, knock
from wallet_service.settings import Settings

app = typer.Typer(no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Apply the migrations that are missing. The embedded database is brought up to date by `serve` itself."""
    from wallet_service.app import database_server, upgrade_database

    settings = Settings()

    async def run() -> None:
        await knock(settings.database_url)
        async with database_server(settings) as url:
            await upgrade_database(url)

    asyncio.run(run())
    OUT.print("The database is up to date.")


@app.command()
def stop() -> None:
    """Stop an embedded database that was left running (after a crash, say)."""
    from wallet_service.database.embedded import stop_running

    stopped = stop_running(Settings().data_dir)
    OUT.print("Stopped." if stopped else "No embedded database is running.")
