"""`ledger prove`: every balance of every brand, re-derived from its entries."""

from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wallet_service.cli.session import OUT, in_service
from wallet_service.loyalty.ledger.proof import Proof

if TYPE_CHECKING:
    from wallet_service.service import Service

app = typer.Typer(no_args_is_help=True)


@app.callback()
def ledger() -> None:
    """The books."""


@dataclass(slots=True)
class Count:
    """What has been proven so far."""

    members: int = 0
    entries: int = 0
    broken: list[Proof] = field(default_factory=list)

    def add(self, proofs: Sequence[Proof]) -> None:
        """Count these."""
        self.members += len(proofs)
        self.entries += sum(proof.entries for proof in proofs)
        self.broken += [proof for proof in proofs if proof.broken]


@app.command()
def prove(
    brand: Annotated[str, typer.Option(help="only this brand")] = "",
    member: Annotated[str, typer.Option(help="only this member of it: mem_…, external:YOUR-ID or phone:+NUMBER")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="answer in one line of JSON")] = False,
) -> None:
    """Follow all entries from the first on: sums, lots and digests must fit, up to what is kept.

    A line for each member whose books contradict themselves, and then exit code 1. The service may go on meanwhile.
    """
    from wallet_service.cli.ledger_progress import shown

    if member and not brand:
        raise typer.BadParameter("--member needs --brand, for members are found by brand.")

    async def act(service: "Service") -> tuple[Count, float]:
        count, sizes = Count(), await _sizes(service, brand)
        with shown(1 if member else sum(sizes.values())) as board:
            async with aclosing(_proofs(service, sizes, member)) as portions:
                async for proofs in portions:
                    count.add(proofs)
                    board.tell(count.members, count.entries)
        return count, board.seconds

    count, seconds = in_service(act)
    _say(count, seconds, as_json=as_json)
    raise typer.Exit(code=int(bool(count.broken)))


async def _sizes(service: "Service", brand: str) -> Mapping[str, int]:
    """Brand -> how many members it has."""
    from wallet_service.loyalty.brands import known_brand, list_brands

    sizes: Counter[str] = Counter()
    async with service.database.read() as tx:
        only = await known_brand(tx, brand) if brand else ""
        for row in await list_brands(tx):
            if only in {"", row.brand}:
                sizes[row.brand] += row.members
    return sizes


async def _proofs(service: "Service", brands: Iterable[str], member: str) -> AsyncGenerator[Sequence[Proof], None]:
    from wallet_service.loyalty.ledger.proving import prove_member, prove_members
    from wallet_service.loyalty.references import parse_reference

    for brand in brands:
        if member:
            yield [await prove_member(service.database, brand, parse_reference(member), longest=None)]
            continue
        async for proofs in prove_members(service.database, brand):
            yield proofs


def _say(count: Count, seconds: float, *, as_json: bool) -> None:
    if as_json:
        OUT.print(_document(count, seconds))
        return
    for proof in count.broken:
        if proof.broken:
            place = "" if proof.broken.at is None else f" at entry {proof.broken.at}"
            OUT.print(f"{proof.member_id} is broken{place}: {proof.broken.why}.")
    OUT.print(closing_line(count, seconds))


def closing_line(count: Count, seconds: float) -> str:
    """What it came to, in one sentence. PURE."""
    rate = count.entries / max(seconds, 0.001)
    verdict = f"{len(count.broken):,} broken" if count.broken else "every balance follows from its entries"
    members = "member" if count.members == 1 else "members"
    return f"{count.members:,} {members}, {count.entries:,} entries: {verdict}; {seconds:.1f} s, {rate:,.0f} entries/s."


def _document(count: Count, seconds: float) -> str:
    import orjson

    from wallet_service.web.render import proof_out

    found: dict[str, Any] = {"members": count.members, "entries": count.entries, "seconds": round(seconds, 3)}
    return orjson.dumps(found | {"broken": [proof_out(proof) for proof in count.broken]}).decode()
