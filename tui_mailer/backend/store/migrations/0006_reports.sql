-- Reports on messages of ours (not delivered, read…) and receipts asked of us.

-- 0: no report, by its headers; 1: may be one, not looked at yet; 2: looked at, none; 3: a report.
ALTER TABLE message ADD COLUMN report_state INTEGER NOT NULL DEFAULT 0;
CREATE INDEX message_to_examine ON message (received_at, uid) WHERE report_state = 1;
CREATE INDEX message_of_owner ON message (message_id) WHERE from_owner = 1;
UPDATE message SET report_state = 1
WHERE from_owner = 0 AND (
    sender_mailbox LIKE 'mailer-daemon%' OR sender_mailbox LIKE 'postmaster%'
    OR sender_mailbox LIKE 'microsoftexchange%'
);

-- What was reported, one row a recipient and kind; `sent_id` may be of no message of ours, and is
-- shown nowhere then. `gravity` grows as `kind` matters less.
CREATE TABLE report (
    sent_id      TEXT    NOT NULL,
    gravity      INTEGER NOT NULL,
    recipient    TEXT    NOT NULL COLLATE NOCASE,
    kind         TEXT    NOT NULL,
    cause        TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    server_words TEXT    NOT NULL,
    reported_at  INTEGER NOT NULL,
    PRIMARY KEY (sent_id, gravity, recipient)
) STRICT, WITHOUT ROWID;
