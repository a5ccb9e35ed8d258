"""The statements about consents: written once, read as they stand or as they came to stand so.

What somebody said who was merged into a member, the member said.
"""

from sqlalchemy import text

WRITE = text("""
INSERT INTO consent (member_id, brand_id, channel, purpose, granted, text_version, text_hash, source, at, created_at)
SELECT :member, :brand, channel, purpose, granted, text_version, text_hash, source, at, :now
FROM json_to_recordset(:consents) AS c (
    channel text, purpose text, granted boolean, text_version text, text_hash text, source text, at timestamptz)
""")

PRESENT = text("""
SELECT DISTINCT ON (channel, purpose) channel, purpose, granted, text_version, at, text_hash, source
FROM consent WHERE member_id IN (SELECT id FROM member WHERE id = :member OR merged_into = :member)
ORDER BY channel, purpose, at DESC, id DESC
""")

HISTORY = text("""
SELECT id, channel, purpose, granted, text_version, at, text_hash, source
FROM consent WHERE member_id IN (SELECT id FROM member WHERE id = :member OR merged_into = :member) AND id < :before
ORDER BY id DESC LIMIT :limit
""")
