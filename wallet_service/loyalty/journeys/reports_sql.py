"""The statements of reports, which only look; days are those of the programme's calendar."""

from sqlalchemy import text

MOVED = text("""
WITH entry AS (
    SELECT e.* FROM ledger_entry AS e JOIN member AS m ON m.id = e.member_id
    WHERE m.programme_id = :programme AND e.created_at >= :begins AND e.amount <> 0
), moved AS (
    SELECT CAST(e.created_at AT TIME ZONE :zone AS date) AS day, e.kind, l.origin,
        CAST(coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0) AS bigint) AS added,
        CAST(coalesce(-sum(e.amount) FILTER (WHERE e.amount < 0), 0) AS bigint) AS taken
    FROM entry AS e LEFT JOIN bonus_lot AS l
        ON l.id = CASE WHEN e.kind = 'activated' THEN CAST(e.lots -> 0 ->> 0 AS bigint) WHEN e.amount > 0 THEN e.id END
    WHERE e.created_at < :ends
    GROUP BY 1, 2, 3
), closing AS (
    SELECT CAST(
        (SELECT coalesce(sum(balance), 0) FROM member WHERE programme_id = :programme)
        - (SELECT coalesce(sum(amount), 0) FROM entry WHERE created_at >= :ends) AS bigint) AS closing
)
SELECT closing, day, kind, origin, added, taken FROM closing LEFT JOIN moved ON true
""")
"""All balances together at the end of a time, and what each of its days moved, by the kind of entry and by why points
were granted. One statement, hence one moment."""

OWED = text("""
SELECT CAST(coalesce(sum(balance) FILTER (WHERE balance > 0), 0) AS bigint) AS balances,
    CAST(coalesce(-sum(balance) FILTER (WHERE balance < 0), 0) AS bigint) AS debts,
    count(*) FILTER (WHERE balance > 0) AS holders,
    CAST((
        SELECT coalesce(sum(h.amount), 0) FROM hold AS h JOIN member AS m ON m.id = h.member_id
        WHERE m.programme_id = :programme AND h.state = 'open'
    ) AS bigint) AS held
FROM member WHERE programme_id = :programme
""")

ENDING = text("""
SELECT CAST(date_trunc('month', (l.expires_at - interval '1 microsecond') AT TIME ZONE :zone) AS date) AS month, l.state,
    CAST(sum(l.remaining) AS bigint) AS points
FROM bonus_lot AS l JOIN member AS m ON m.id = l.member_id
WHERE m.programme_id = :programme AND l.state IN ('open', 'pending') GROUP BY 1, 2 ORDER BY 1, 2
""")
"""What is left of lots, by the month of their last day (null: they have none), and whether they count yet."""

_SOLD = """
SELECT {bucket} AS bucket, count(*) AS purchases, count(p.member_id) AS with_card,
    CAST(sum(p.total) AS bigint) AS total, CAST(sum(p.paid) AS bigint) AS paid,
    CAST(coalesce(sum(p.paid) FILTER (WHERE p.member_id IS NOT NULL), 0) AS bigint) AS paid_with_card,
    CAST(sum(p.points_spent) AS bigint) AS spent, CAST(sum(gave.points) AS bigint) AS earned,
    CAST(coalesce(sum(back.paid), 0) AS bigint) AS refunded
FROM purchase AS p
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(CAST(g ->> 2 AS bigint)), 0) AS points FROM jsonb_array_elements(p.gave) AS g
    ) AS gave
    LEFT JOIN LATERAL (SELECT sum(r.paid) AS paid FROM refund AS r WHERE r.purchase_id = p.id) AS back ON true
WHERE p.programme_id = :programme AND p.at >= :begins AND p.at < :ends GROUP BY 1 ORDER BY 1
"""

SOLD = {
    name: text(_SOLD.format(bucket=bucket))
    for name, bucket in (
        ("day", "CAST(CAST(p.at AT TIME ZONE CAST(:zone AS text) AS date) AS text)"),
        ("month", "to_char(p.at AT TIME ZONE CAST(:zone AS text), 'YYYY-MM')"),
        ("place", "coalesce(p.place, '')"),
    )
}
"""What was sold, by day, month or place; what came back of it counts where it was bought."""
