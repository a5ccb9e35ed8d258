"""Offers, their codes, and who has redeemed them."""

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENTS = """
CREATE TABLE offer (
    id text PRIMARY KEY,
    brand_id text NOT NULL,
    programme_id text NOT NULL REFERENCES programme,
    name text NOT NULL,
    document json NOT NULL,
    redeemed bigint NOT NULL DEFAULT 0 CHECK (redeemed >= 0),
    created_at timestamptz NOT NULL,
    archived_at timestamptz,
    UNIQUE (programme_id, name)
) WITH (fillfactor = 70)

COMMENT ON COLUMN offer.redeemed IS 'times, undone ones not counted; whoever redeems locks this row'

CREATE INDEX offer_brand ON offer (brand_id, id)

CREATE TABLE offer_code (
    brand_id text NOT NULL,
    code text NOT NULL,
    offer_id text NOT NULL REFERENCES offer,
    state text NOT NULL CHECK (state IN ('open', 'used', 'ended')),
    member_id text REFERENCES member,
    occasion text,
    skus jsonb,
    made_at timestamptz NOT NULL,
    ends_at timestamptz,
    remind_at timestamptz,
    reminded_at timestamptz,
    PRIMARY KEY (brand_id, code),
    CHECK ((member_id IS NULL) = (occasion IS NULL))
) WITH (fillfactor = 80)

COMMENT ON COLUMN offer_code.member_id IS 'to whom it was given; null: it is good for whoever shows it'

COMMENT ON COLUMN offer_code.occasion IS 'for which a personal offer was given: once for each'

COMMENT ON COLUMN offer_code.skus IS 'goods to which a personal offer is narrowed'

CREATE INDEX offer_code_offer ON offer_code (offer_id, made_at, code)

CREATE UNIQUE INDEX offer_code_occasion ON offer_code (member_id, offer_id, occasion) WHERE member_id IS NOT NULL

CREATE INDEX offer_code_member ON offer_code (member_id, ends_at) WHERE state = 'open' AND member_id IS NOT NULL

CREATE INDEX offer_code_ends ON offer_code (ends_at) WHERE state = 'open' AND ends_at IS NOT NULL

CREATE INDEX offer_code_remind ON offer_code (remind_at)
    WHERE state = 'open' AND remind_at IS NOT NULL AND reminded_at IS NULL

CREATE TABLE redemption (
    id text PRIMARY KEY,
    brand_id text NOT NULL,
    offer_id text NOT NULL REFERENCES offer,
    code text NOT NULL,
    member_id text REFERENCES member,
    purchase_id text,
    reference text,
    discount bigint NOT NULL CHECK (discount >= 0),
    granted jsonb NOT NULL,
    entry_id bigint,
    at timestamptz NOT NULL,
    undone_at timestamptz
)

COMMENT ON COLUMN redemption.granted IS 'what it brought: shares of the discount by line, points, gift, entitlement'

COMMENT ON COLUMN redemption.entry_id IS 'the entry that granted its points, where redeeming was by itself'

CREATE INDEX redemption_member ON redemption (member_id, offer_id) WHERE undone_at IS NULL AND member_id IS NOT NULL

CREATE INDEX redemption_purchase ON redemption (purchase_id) WHERE purchase_id IS NOT NULL
"""


def upgrade() -> None:
    """Statements are parted by blank lines."""
    for statement in STATEMENTS.split("\n\n"):
        op.execute(statement)
