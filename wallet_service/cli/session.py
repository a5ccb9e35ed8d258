"""One transaction for a command: the service opened, used once, and closed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from wallet_service.database.seam import Transaction
from wallet_service.service import Service
from wallet_service.settings import Settings

Result = TypeVar("Result")


def in_service(act: Callable[[Service], Awaitable[Result]]) -> Result:
    """Open the service, act, close it."""
    from wallet_service.app import open_service

    async def run() -> Result:
        async with open_service(Settings()) as service:
            return await act(service)

    return asyncio.run(run())


def in_transaction(act: Callable[[Transaction], Awaitable[Result]]) -> Result:
    """Act in one transaction of the service's database."""

    async def run(service: Service) -> Result:
        async with service.database.begin() as tx:
            return await act(tx)

    return in_service(run)
