"""The proof of a member's points over REST."""

from sqlalchemy import text

from tests.people import ANNA
from tests.web.api.desk import Desk, done
from wallet_service.database.seam import Database
from wallet_service.web.api.ledger_answers import ProofOut

CHANGE = text("UPDATE member SET balance = 71")


async def test_a_proof_re_derives_the_balance(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    await desk.post("external:BH-1", 100)
    first = done(await desk.call("GET", "/v1/members/external:BH-1/proof"), 200)
    await desk.post("external:BH-1", -30)
    then = done(await desk.call("GET", "/v1/members/external:BH-1/proof"), 200)
    ProofOut.model_validate(then, strict=True)
    assert (then["chain"], then["broken_at"], then["finding"]) == ("whole", None, None)
    assert (then["balance"], then["entries"], then["lots_left"]) == (70, 2, 70)
    assert first["from_entry"] == then["from_entry"]
    assert (len(bytes.fromhex(then["digest"])), then["digest"] != first["digest"]) == (32, True)


async def test_a_proof_says_where_the_books_are_broken(desk: Desk, database: Database) -> None:
    await desk.enrol(**ANNA)
    await desk.post("external:BH-1", 70)
    async with database.begin() as tx:
        await tx.run(CHANGE)
    proof = done(await desk.call("GET", "/v1/members/external:BH-1/proof"), 200)
    assert (proof["chain"], proof["broken_at"], proof["balance"]) == ("broken", proof["from_entry"], 70)
    assert proof["finding"] == "a balance of 71 is kept, but it leaves 70"
