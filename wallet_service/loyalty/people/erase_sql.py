"""The statements that take a member's name out of everything."""

from sqlalchemy import text

LOCK_ABSORBED = text("SELECT id FROM member WHERE merged_into = :member ORDER BY id FOR NO KEY UPDATE")

ERASE = text("""
WITH erased AS (
    SELECT id FROM json_array_elements_text(:members) AS e (id)
), forgotten AS (
    UPDATE idempotency AS i SET status = :status, body = :answer, member_id = NULL FROM erased WHERE member_id = erased.id
), contacts AS (
    DELETE FROM contact USING erased WHERE member_id = erased.id
), addresses AS (
    DELETE FROM app_address USING erased WHERE member_id = erased.id
), words AS (
    UPDATE consent AS c SET source = NULL FROM erased WHERE member_id = erased.id AND c.source IS NOT NULL
), origin AS (
    UPDATE source SET link = NULL, referrer = NULL, utm_source = NULL, utm_medium = NULL, utm_campaign = NULL,
        utm_term = NULL, utm_content = NULL
    FROM erased WHERE member_id = erased.id
), offers AS (
    UPDATE offer_code AS c SET state = CASE c.state WHEN 'open' THEN 'ended' ELSE c.state END, occasion = c.code
    FROM erased WHERE member_id = erased.id
), owed AS (
    DELETE FROM award_due USING erased WHERE member_id = erased.id
), happened AS (
    UPDATE happening AS h SET occasion = CAST(gen_random_uuid() AS text) FROM erased WHERE member_id = erased.id
), stood AS (
    DELETE FROM member_standing USING erased WHERE member_id = erased.id
)
UPDATE member AS m SET external_id = NULL, phone = NULL, email = NULL, name = '', born = NULL, sex = NULL,
    home_city = NULL, attributes = '{}', language = p.language, time_zone = p.time_zone, updated_at = :now,
    erased_at = :now
FROM erased JOIN member AS l ON l.id = erased.id JOIN programme AS p ON p.id = l.programme_id
WHERE m.id = erased.id
""")
"""Whoever repeats a request whose answer told of the member now hears that they were erased.

Occasions are callers' texts: something random keeps them apart. A standing names the last of them; nobody needs it again.
"""
