"""The proof of a member's points over REST: everything that was ever entered, followed once more."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from wallet_service.loyalty.ledger.proving import prove_member
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.document import refusals
from wallet_service.web.api.ledger_answers import ProofOut
from wallet_service.web.api.members import MemberPath
from wallet_service.web.callers import Reader
from wallet_service.web.idempotency import answer
from wallet_service.web.render import proof_out, reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/members/{member}/proof", tags=["points"], route_class=StrictRoute)


@router.get("", response_model=ProofOut, responses=refusals("reads"), operation_id="prove_member")
async def get(request: Request, caller: Reader, member: MemberPath) -> Response:
    """Follow the member's entries from the first on: sums, lots and digests must fit, up to the balance.

    Keep the newest digest elsewhere, and later proofs also show that nobody has written the past anew.
    """
    proof = await prove_member(request.app.state.doors.database, caller.brand_id, parse_reference(member))
    return answer(reply(200, proof_out(proof)))
