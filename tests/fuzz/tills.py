"""Right requests to REST v1, to be bent: what tills and back offices send."""

JSON = b"Authorization: Bearer $key\r\nContent-Type: application/json\r\nIdempotency-Key: "

KEYLESS = JSON.removesuffix(b"\r\nIdempotency-Key: ")

TILLS: tuple[bytes, ...] = (
    b'POST /v1/members/external:BH-1/entries HTTP/1.1\r\n%s1\r\n\r\n{"amount": 5, "reason": "Lunch", "reference": "4711"}'
    % JSON,
    b'PUT /v1/members/$member/balance HTTP/1.1\r\n%s2\r\n\r\n{"balance": 500}' % JSON,
    b'POST /v1/members HTTP/1.1\r\n%s3\r\n\r\n{"name": "Zoe", "phone": "+4915112345679", "language": "pt-BR", "email": "z@e.io"}'
    % JSON,
    b'PATCH /v1/members/phone:+79161234567 HTTP/1.1\r\n%s4\r\n\r\n{"name": "Anna", "time_zone": "Europe/Berlin"}'
    % JSON,
    b'POST /v1/cards HTTP/1.1\r\n%s5\r\n\r\n{"member": "external:BH-1"}' % JSON,
    b"GET /v1/members?limit=2&cursor=bWVtXzAxazl6OHc0ZWtmNHA4cTJ2N3I1dDN5MXhh HTTP/1.1\r\nAuthorization: Bearer $key\r\n\r\n",
    b"GET /v1/members/card_01k9z8w4ekf4p8q2v7r5t3y1xa/entries HTTP/1.1\r\nAuthorization: Bearer $key\r\n\r\n",
    b"GET /v1/cards/$card HTTP/1.1\r\nAuthorization: Bearer $key\r\n\r\n",
    (
        b"POST /v1/entries/bulk HTTP/1.1\r\nAuthorization: Bearer $key\r\nContent-Type: application/x-ndjson\r\n\r\n"
        b'{"member": "external:BH-1", "amount": 1, "key": "k-1"}\n{"member": "$member", "amount": -1}\n'
    ),
    (
        b"POST /v1/members/$member/holds HTTP/1.1\r\n%s6\r\n\r\n"
        b'{"amount": 5, "reason": "Lunch", "reference": "4711", "expires_in": 60}'
    )
    % JSON,
    b"GET /v1/members/$member/holds?state=open&limit=2 HTTP/1.1\r\nAuthorization: Bearer $key\r\n\r\n",
    b"GET /v1/holds/hold_01k9z8w4ekf4p8q2v7r5t3y1xa HTTP/1.1\r\nAuthorization: Bearer $key\r\n\r\n",
    b'POST /v1/holds/hold_01k9z8w4ekf4p8q2v7r5t3y1xa/capture HTTP/1.1\r\n%s7\r\n\r\n{"amount": 3}' % JSON,
    b"POST /v1/holds/hold_01k9z8w4ekf4p8q2v7r5t3y1xa/release HTTP/1.1\r\n%s8\r\n\r\n" % JSON,
    b'POST /v1/members/external:BH-1/merge HTTP/1.1\r\n%s9\r\n\r\n{"from": "$double"}' % JSON,
    b"GET /v1/members/$member/merges HTTP/1.1\r\nAuthorization: Bearer $key\r\n\r\n",
    b"POST /v1/merges/mrg_01k9z8w4ekf4p8q2v7r5t3y1xa/undo HTTP/1.1\r\n%s10\r\n\r\n" % JSON,
    b"GET /problems/insufficient-points HTTP/1.1\r\n\r\n",
    b"GET /docs HTTP/1.1\r\n\r\n",
    (
        b'POST /v1/quotes HTTP/1.1\r\n%s\r\n\r\n{"member": "external:BH-1", "spend": 10, "place": "Mitte", "currency": "EUR",'
        b' "lines": [{"sku": "cola-03", "category": "drinks", "quantity": 2, "price": 340, "discount": 40, "name": "Cola"}]}'
    )
    % KEYLESS,
    (
        b'POST /v1/purchases HTTP/1.1\r\n%s11\r\n\r\n{"receipt": "m-1", "member": "external:BH-1", "spend": 10, "lines":'
        b' [{"sku": "cola-03", "quantity": 2, "price": 340}, {"category": "burgers", "quantity": 1, "price": 450}]}'
    )
    % JSON,
    b"GET /v1/purchases?receipt=m-1 HTTP/1.1\r\nAuthorization: Bearer $key\r\n\r\n",
    (
        b"POST /v1/purchases/pur_01k9z8w4ekf4p8q2v7r5t3y1xa/refunds HTTP/1.1\r\n%s12\r\n\r\n"
        b'{"refund": "r-1", "lines": [{"line": 1, "quantity": 1}]}'
    )
    % JSON,
    (
        b"POST /v1/offers HTTP/1.1\r\n%s13\r\n\r\n"
        b'{"name": "summer", "kind": "shared", "code": "SUMMER-26", "title": {"en": "10 %% off"}, "until": "2027-08-31",'
        b' "benefit": {"percent": 10, "most": 1000}, "limits": {"per_member": 1, "total": 1000}}'
    )
    % JSON,
    (
        b"POST /v1/offers/redeem HTTP/1.1\r\n%s14\r\n\r\n"
        b'{"code": "SUMMER-26", "member": "external:BH-1", "lines": [{"quantity": 2, "price": 340, "discount": 40}]}'
    )
    % JSON,
    b"POST /v1/redemptions/red_01k9z8w4ekf4p8q2v7r5t3y1xa/undo HTTP/1.1\r\n%s15\r\n\r\n" % JSON,
    (
        b"PUT /v1/programmes/$programme/rules HTTP/1.1\r\n%s16\r\n\r\n"
        b'{"currency": "EUR", "spending": {"worth": 1, "most_percent": 50.25}, "mechanics": [{"name": "third",'
        b' "title": {"en": "Third"}, "why": {"en": "{points} for {receipt}"}, "on": "purchase", "when":'
        b' [{"purchases": {"at_least": 3, "within_days": 30}}], "give": [{"percent": 15, "live_days": 90}]}]}'
    )
    % JSON,
    b"GET /v1/programmes/$programme/rules?version=1 HTTP/1.1\r\nAuthorization: Bearer $key\r\n\r\n",
    (
        b"GET /v1/programmes/$programme/reports/purchases?from=2026-11-01&to=2026-11-30&by=place HTTP/1.1\r\n"
        b"Authorization: Bearer $key\r\n\r\n"
    ),
    b'POST /v1/members/$member/visits HTTP/1.1\r\n%s17\r\n\r\n{"visit": "gate-4", "place": "mitte"}' % JSON,
    b'POST /v1/members/$member/events HTTP/1.1\r\n%s18\r\n\r\n{"event": "55", "name": "app-rated", "kind": "event"}'
    % JSON,
    (
        b"PUT /v1/members/$member/consents HTTP/1.1\r\n%s19\r\n\r\n"
        b'{"consents": [{"channel": "sms", "purpose": "advertising", "granted": false, "text_version": "2026-11"}]}'
    )
    % JSON,
    (
        b"PUT /v1/members/$member/attributes HTTP/1.1\r\n%s20\r\n\r\n"
        b'{"attributes": {"likes": ["vegan", "spicy"], "pet": "cat", "shoe_size": 39, "vip": true}}'
    )
    % JSON,
    b'PUT /v1/members/$member/contacts HTTP/1.1\r\n%s21\r\n\r\n{"contacts": [{"kind": "telegram", "value": "@anna_k"}]}'
    % JSON,
    b"GET /v1/members/$member/timeline?limit=5 HTTP/1.1\r\nAuthorization: Bearer $key\r\n\r\n",
    b"GET /docs/points HTTP/1.1\r\n\r\n",
)
