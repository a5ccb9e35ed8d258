"""Reports of a programme over REST."""

from typing import Any

from tests.loyalty.club import mechanic
from tests.people import ANNA
from tests.web.api.desk import Desk, done, refused
from wallet_service.web.api.reports_models import OwedReportOut, PointsReportOut, SoldReportOut

RULES = {
    "currency": "EUR",
    "spending": {"worth": 2},
    "mechanics": [mechanic("welcome", "enrolled", {"points": 300}), mechanic("base", "purchase", {"percent": 10})],
}
LINE = {"sku": "tea", "category": "drink", "quantity": 1, "price": 1000}


async def test_a_programme_is_reported_on(desk: Desk) -> None:
    path = f"/v1/programmes/{desk.brand.programme}"
    done(await desk.call("PUT", f"{path}/rules", RULES), 200)
    anna = await desk.enrol(**ANNA)
    sale = {"receipt": "1", "member": anna["id"], "lines": [LINE], "spend": 100, "at": None}
    bought: Any = done(await desk.call("POST", "/v1/purchases", sale), 201)
    day = bought["created_at"][:10]

    points = done(await desk.call("GET", f"{path}/reports/points?from={day}&to={day}"), 200)
    owed = done(await desk.call("GET", f"{path}/reports/owed"), 200)
    sold = done(await desk.call("GET", f"{path}/reports/purchases?from={day}&to={day}"), 200)

    for model, document in ((PointsReportOut, points), (OwedReportOut, owed), (SoldReportOut, sold)):
        model.model_validate(document, strict=False)
    assert points["granted_by"] == [
        {"origin": "mechanic:welcome", "points": 300},
        {"origin": "mechanic:base", "points": 40},
    ]
    assert (points["total"]["spent"], points["total"]["closing"], len(points["days"])) == (100, 240, 1)
    assert (owed["balances"], owed["liability"], owed["currency"]) == (240, 480, "EUR")
    assert owed["ending"] == [{"month": None, "points": 240}]
    assert [(each["by"], each["paid_with_card"], each["spent"]) for each in sold["items"]] == [(day, 800, 100)]
    refused(await desk.call("GET", f"{path}/reports/points?from={day}&to=2020-01-01"), 422, "report-span-invalid")
    refused(await desk.call("GET", f"{path}/reports/points?from={day}"), 422, "invalid-request")
    refused(await desk.call("GET", "/v1/programmes/prog_x/reports/owed"), 404, "programme-not-found")


async def test_a_programme_without_rules_has_reports_too(desk: Desk) -> None:
    owed = done(await desk.call("GET", f"/v1/programmes/{desk.brand.programme}/reports/owed"), 200)
    assert (owed["balances"], owed["ending"]) == (0, [])
