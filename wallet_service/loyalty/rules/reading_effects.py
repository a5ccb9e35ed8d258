"""Reads what a mechanic gives, and how far it goes: the tables of `give` and `limits`. PURE."""

from wallet_service.loyalty.rules.forms import Choice, Form, Key
from wallet_service.loyalty.rules.mechanic import (
    ALL,
    Beneficiary,
    Effect,
    GiveOffer,
    GiveTier,
    Goods,
    Grant,
    Life,
    Limits,
    Multiply,
    Percent,
    Period,
    SendMessage,
)
from wallet_service.loyalty.rules.reading_values import GOODS, MOST_DAYS, multiple, name, one_of, percent, whole


def _grant(
    points: int, to: Beneficiary = Beneficiary.MEMBER, live_days: int | None = None, delay_days: int = 0
) -> Grant:
    return Grant(points, Life(live_days, delay_days), to)


def _percent(share: int, goods: Goods = ALL, live_days: int | None = None, delay_days: int = 0) -> Percent:
    return Percent(share, goods, Life(live_days, delay_days))


def _multiply(by: int, live_days: int | None = None, delay_days: int = 0) -> Multiply:
    return Multiply(by, Life(live_days, delay_days))


LIFE_KEYS = {"live_days": Key(whole(1, MOST_DAYS)), "delay_days": Key(whole(0, MOST_DAYS))}

EFFECT: Choice[Effect] = Choice(
    "effect",
    {
        "points": Form(_grant, {"points": Key(whole(1)), "to": Key(one_of(Beneficiary)), **LIFE_KEYS}),
        "percent": Form(_percent, {"percent": Key(percent, into="share"), "goods": Key(GOODS), **LIFE_KEYS}),
        "multiply": Form(_multiply, {"multiply": Key(multiple, into="by"), **LIFE_KEYS}),
        "offer": Form(GiveOffer, {"offer": Key(name)}),
        "tier": Form(GiveTier, {"tier": Key(name)}),
        "message": Form(SendMessage, {"message": Key(name, into="hook")}),
    },
)

LIMITS: Form[Limits] = Form(
    Limits,
    {
        "per_member": Key(whole(1)),
        "times": Key(whole(1), goes_with="period"),
        "period": Key(one_of(Period), goes_with="times"),
        "most": Key(whole(1)),
        "budget": Key(whole(1)),
    },
)
