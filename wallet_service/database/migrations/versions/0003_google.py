"""Google Wallet, browsers and apps: whose issuers we are, which cards are objects there, who wants to be told what."""

from alembic import op

revision = "0003"
down_revision = "0002"

OBJECTS = """
CREATE TABLE google_issuer (
    issuer_id text PRIMARY KEY,
    brand_id text NOT NULL REFERENCES brand,
    created_at timestamptz NOT NULL
)

CREATE INDEX google_issuer_brand ON google_issuer (brand_id)

ALTER TABLE card ADD COLUMN google_issuer text REFERENCES google_issuer

COMMENT ON COLUMN card.google_issuer IS 'somebody was given its save link: from then on its object, with this issuer, follows every change'

CREATE TABLE google_object (
    card_id text PRIMARY KEY REFERENCES card,
    issuer_id text NOT NULL REFERENCES google_issuer,
    object_id text NOT NULL UNIQUE,
    class_id text NOT NULL,
    inserted_at timestamptz,
    shown_version integer,
    shown_template text REFERENCES template_version,
    shown_balance bigint,
    shown_at timestamptz,
    saved_at timestamptz,
    removed_at timestamptz,
    last_outcome text,
    refused text,
    notices timestamptz[] NOT NULL DEFAULT '{}'
) WITH (fillfactor = 80)

COMMENT ON COLUMN google_object.shown_version IS 'version of the card that Google has taken, at shown_at'

COMMENT ON COLUMN google_object.shown_template IS 'in which design Google shows it'

COMMENT ON COLUMN google_object.refused IS 'what Google would not take, as it was sent; gone once it takes something'

COMMENT ON COLUMN google_object.notices IS 'when its holder was notified of late: Google allows 3 in 24 hours'

CREATE TABLE google_callback (
    nonce text NOT NULL,
    card_id text NOT NULL REFERENCES card,
    event text NOT NULL,
    expires_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (nonce, card_id)
)

CREATE INDEX google_callback_card ON google_callback (card_id)

CREATE INDEX google_callback_age ON google_callback (expires_at)

CREATE TABLE google_walk (
    class_id text PRIMARY KEY,
    issuer_id text NOT NULL REFERENCES google_issuer,
    night date NOT NULL,
    page text NOT NULL DEFAULT '',
    due_at timestamptz,
    attempt integer NOT NULL DEFAULT 0
)

COMMENT ON TABLE google_walk IS 'how far tonight''s look at who holds the objects of a class has come; due_at is null at its end'

CREATE TABLE google_correction (
    card_id text NOT NULL REFERENCES card,
    event text NOT NULL,
    found_at timestamptz NOT NULL,
    PRIMARY KEY (card_id, found_at)
)

COMMENT ON TABLE google_correction IS 'what no callback told: saves and removals found by asking Google'
"""

IMAGES = """
CREATE TABLE public_image (
    name text PRIMARY KEY,
    content bytea NOT NULL
)

COMMENT ON TABLE public_image IS 'images of templates that Google fetches from us, named by their content'
"""

BROWSERS = """
ALTER TABLE card ADD COLUMN in_web boolean NOT NULL DEFAULT false

COMMENT ON COLUMN card.in_web IS 'a browser wants to be told of it'

CREATE TABLE web_subscription (
    card_id text NOT NULL REFERENCES card,
    endpoint text NOT NULL,
    subscription text NOT NULL,
    subscribed_at timestamptz NOT NULL,
    told_version integer,
    told_balance bigint,
    told_at timestamptz,
    told_outcome text,
    PRIMARY KEY (card_id, endpoint)
) WITH (fillfactor = 80)
"""

APPS = """
CREATE TABLE app_address (
    brand_id text NOT NULL REFERENCES brand,
    member_id text NOT NULL REFERENCES member,
    kind text NOT NULL CHECK (kind IN ('fid', 'token')),
    address text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (brand_id, kind, address)
)

CREATE INDEX app_address_member ON app_address (member_id)

COMMENT ON TABLE app_address IS 'installations of a brand''s own app; a token and an installation id look alike'
"""

PACE = """
CREATE TABLE google_pace (
    project text PRIMARY KEY,
    free_from timestamptz NOT NULL
)

COMMENT ON TABLE google_pace IS 'from when on a Google project may be asked again, by whichever process'
"""

QUEUES = """
ALTER TABLE push_due ADD COLUMN wallet text NOT NULL DEFAULT 'apple', ADD COLUMN issuer text NOT NULL DEFAULT '',
    ADD COLUMN restyled boolean NOT NULL DEFAULT false

COMMENT ON COLUMN push_due.issuer IS 'at Google, whose pace it has to keep: brands do not wait for each other'

COMMENT ON COLUMN push_due.restyled IS 'its design changed, and nothing else: it goes behind all others of its queue'

ALTER TABLE push_due ALTER COLUMN seq SET DEFAULT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint

COMMENT ON COLUMN push_due.seq IS 'grows with every change, and begins where no earlier row of the card has been'

ALTER TABLE push_due DROP CONSTRAINT push_due_pkey, ADD PRIMARY KEY (card_id, wallet)

DROP INDEX push_due_when

CREATE INDEX push_due_when ON push_due (wallet, issuer, restyled, due_at)
"""


def upgrade() -> None:
    """Whatever is due while this runs is due to Apple's phones."""
    for group in (OBJECTS, IMAGES, BROWSERS, APPS, PACE, QUEUES):
        for statement in group.split("\n\n"):
            op.execute(statement)
