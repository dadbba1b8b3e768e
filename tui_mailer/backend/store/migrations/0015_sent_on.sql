-- Which messages drafts send attachments of. When the row of one goes (filed elsewhere by another
-- client, removed), its content stays for them, under the number that no other message will have.
CREATE TABLE sent_on (
    draft_id   INTEGER NOT NULL, -- also of a draft that waits in the outbox
    message_id INTEGER NOT NULL,
    PRIMARY KEY (draft_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sent_on_by_message ON sent_on (message_id);

CREATE TABLE kept_content (
    message_id INTEGER PRIMARY KEY, -- of a row that is gone
    bytes      BLOB    NOT NULL
) STRICT;

CREATE TRIGGER content_sent_on BEFORE DELETE ON message
WHEN old.body_held = 1 AND EXISTS (SELECT 1 FROM sent_on WHERE message_id = old.id) BEGIN
    INSERT OR IGNORE INTO kept_content SELECT message_id, bytes FROM content
    WHERE message_id = old.id;
END;
