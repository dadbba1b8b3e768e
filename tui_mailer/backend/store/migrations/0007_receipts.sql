-- Read receipts asked of us.

ALTER TABLE outgoing ADD COLUMN is_receipt INTEGER NOT NULL DEFAULT 0;

-- Messages whose request was answered or refused, for servers that keep no $MDNSent.
CREATE TABLE receipt_settled (
    message_id INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE
) STRICT;
