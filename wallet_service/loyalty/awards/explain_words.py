"""What we say of entries that no mechanic has words for, in the languages we know. PURE."""

from collections.abc import Mapping

Forms = Mapping[str, str]
"""Plural forms by their CLDR names; `other` stands for those that are missing."""

POINTS: Mapping[str, Forms] = {
    "en": {"one": "{n} point", "other": "{n} points"},
    "ru": {"one": "{n} бонус", "few": "{n} бонуса", "other": "{n} бонусов"},
    "de": {"one": "{n} Punkt", "other": "{n} Punkte"},
}

SAYINGS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "opening": "{points} that you had before",
        "rule": "{points} by the rules of the programme",
        "bought": "{points} for your receipt {receipt}",
        "given": "{points} added",
        "given-because": "{points} added: {reason}",
        "paid": "{points} spent for your receipt {receipt}",
        "taken": "{points} taken off",
        "taken-because": "{points} taken off: {reason}",
        "nothing": "The balance was set to what it was",
        "expired": "{points} expired, not having been spent in time",
        "held": "{points} set aside until you have paid",
        "released": "{points} back that were set aside for a payment",
        "back": "{points} back: what they had been spent for was undone",
        "gone": "{points} taken back: what they had been given for was undone",
        "called-off": "Points that were promised were called off",
        "merged-in": "{points} moved here from another card of yours",
        "merged-out": "{points} moved to another card of yours",
        "from": "They count from {day}",
        "until": "They can be spent until {day}",
    },
    "ru": {
        "opening": "{points}: столько было раньше",
        "rule": "{points} по правилам программы",
        "bought": "{points} за покупку, чек {receipt}",
        "given": "Начислено: {points}",
        "given-because": "Начислено: {points} ({reason})",
        "paid": "Потрачено: {points}, чек {receipt}",
        "taken": "Списано: {points}",
        "taken-because": "Списано: {points} ({reason})",
        "nothing": "Баланс остался прежним",
        "expired": "Сгорело: {points}, срок истёк",
        "held": "Отложено до оплаты: {points}",
        "released": "Возвращено: {points} (были отложены до оплаты)",
        "back": "Возвращено: {points} (операция, на которую они ушли, отменена)",
        "gone": "Снято: {points} (операция, за которую они были даны, отменена)",
        "called-off": "Обещанные бонусы отменены",
        "merged-in": "Ваша другая карта: перенесено сюда {points}",
        "merged-out": "Ваша другая карта: перенесено туда {points}",
        "from": "Начнут действовать {day}",
        "until": "Можно потратить до {day} включительно",
    },
    "de": {
        "opening": "{points} aus der Zeit davor",
        "rule": "{points} nach den Regeln des Programms",
        "bought": "{points} für Ihren Einkauf, Bon {receipt}",
        "given": "{points} gutgeschrieben",
        "given-because": "{points} gutgeschrieben: {reason}",
        "paid": "{points} eingelöst, Bon {receipt}",
        "taken": "{points} abgezogen",
        "taken-because": "{points} abgezogen: {reason}",
        "nothing": "Der Stand ist geblieben, wie er war",
        "expired": "{points} verfallen, nicht rechtzeitig eingelöst",
        "held": "{points} zurückgelegt, bis Sie bezahlt haben",
        "released": "{points} zurück, die für eine Zahlung zurückgelegt waren",
        "back": "{points} zurück: Wofür sie eingelöst wurden, ist rückgängig gemacht",
        "gone": "{points} zurückgenommen: Wofür es sie gab, ist rückgängig gemacht",
        "called-off": "Versprochene Punkte wurden zurückgezogen",
        "merged-in": "{points} von einer anderen Ihrer Karten",
        "merged-out": "{points} auf eine andere Ihrer Karten",
        "from": "Sie zählen ab dem {day}",
        "until": "Einzulösen bis zum {day}",
    },
}
"""Language -> what there is to say -> how; English stands for all languages that are missing."""
