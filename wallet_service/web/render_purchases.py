"""How REST v1 words purchases, quotes and refunds. PURE."""

from collections.abc import Sequence
from typing import Any

from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.rules.mechanic import Words
from wallet_service.loyalty.rules.redeemed import Redeemed
from wallet_service.loyalty.rules.tiers import Goal
from wallet_service.loyalty.sales.quotes import Quote
from wallet_service.loyalty.sales.receipts import Gave, Purchase, Refund
from wallet_service.web.render import refusal_reply, reply


def render_purchase(outcome: Purchase | WalletServiceError) -> Reply:
    """The answer to a receipt: the purchase that it became, or the refusal."""
    return refusal_reply(outcome) if isinstance(outcome, WalletServiceError) else reply(201, purchase_out(outcome))


def purchase_out(purchase: Purchase) -> dict[str, Any]:
    """A purchase."""
    return {
        "id": purchase.id,
        "receipt": purchase.receipt,
        "member": purchase.member_id,
        "programme": purchase.programme_id,
        "place": purchase.place,
        "at": purchase.at,
        "currency": purchase.currency,
        "lines": _lines(purchase),
        "total": purchase.total,
        "discount": purchase.discount,
        "redeemed": [_redeemed(each) | {"redemption": each.redemption} for each in purchase.redeemed],
        "paid": purchase.paid,
        "spent": purchase.points_spent,
        "spent_entry": purchase.spent_entry,
        "earned": purchase.earned,
        "gave": _gave(purchase.gave),
        "balance": purchase.balance,
        "created_at": purchase.created_at,
    }


def quote_out(quote: Quote) -> dict[str, Any]:
    """A quote."""
    return {
        "member": quote.member_id,
        "currency": quote.currency,
        "balance": quote.available,
        "total": quote.total,
        "discount": quote.discount,
        "redeemed": [_redeemed(each) for each in quote.redeemed],
        "most": quote.allowance.points,
        "bound": quote.allowance.bound,
        "worth": quote.worth,
        "spend": quote.spend,
        "paid": quote.paid,
        "earned": sum(each.points for each in quote.earnings),
        "earnings": [
            {
                "mechanic": each.mechanic,
                "title": in_language(each.title, quote.language),
                "points": each.points,
                "activates_at": each.activates_at,
                "expires_at": each.expires_at,
            }
            for each in quote.earnings
        ],
        "offers": quote.offers,
        "tier": quote.tier or None,
        "goal": _goal(quote.goal, quote) if quote.goal else None,
    }


def refund_out(refund: Refund) -> dict[str, Any]:
    """A refund."""
    return {
        "id": refund.id,
        "purchase": refund.purchase_id,
        "refund": refund.number,
        "lines": [{"line": line, "quantity": pieces} for line, pieces in refund.lines],
        "total": refund.total,
        "paid": refund.paid,
        "points_back": refund.points_back,
        "points_taken": sum(each.points for each in refund.took),
        "took": _gave(refund.took),
        "entries": refund.entries,
        "balance": refund.balance,
        "created_at": refund.created_at,
    }


def in_language(words: Words, language: str) -> str:
    """A text in this language, or in the one that stands for all others."""
    found = words.get(language) or words.get(language.partition("-")[0])
    return found or next(iter(words.values()), "")


def _lines(purchase: Purchase) -> list[dict[str, Any]]:
    return [
        {
            "line": number,
            "sku": line.sku or None,
            "category": line.category or None,
            "quantity": line.quantity,
            "price": line.price,
            "discount": line.discount,
            "name": line.name,
            "total": line.total,
            "returned": returned,
        }
        for number, (line, returned) in enumerate(zip(purchase.lines, purchase.come_back, strict=True), 1)
    ]


def _redeemed(redeemed: Redeemed) -> dict[str, Any]:
    return {
        "offer": redeemed.offer,
        "code": redeemed.code,
        "discount": redeemed.discount,
        "shares": redeemed.shares,
        "points": redeemed.points,
        "gift": redeemed.gift or None,
        "entitlement": redeemed.entitlement,
    }


def _gave(gave: Sequence[Gave]) -> list[dict[str, Any]]:
    return [{"mechanic": each.mechanic, "points": each.points, "entry": each.entry} for each in gave]


def _goal(goal: Goal, quote: Quote) -> dict[str, Any]:
    title = in_language(quote.titles.get(goal.tier, {}), quote.language)
    return {"tier": goal.tier, "title": title, "measure": goal.measure, "left": goal.left}
