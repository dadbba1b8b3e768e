-- Removed for good while a move of it was in doubt: it may be in folder `tried_id` from UID `floor` on,
-- and is known there by what stays the same of a message that is moved. 0: it is where it was.
ALTER TABLE pending_expunge ADD COLUMN tried_id    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pending_expunge ADD COLUMN floor       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pending_expunge ADD COLUMN size_bytes  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pending_expunge ADD COLUMN received_at INTEGER NOT NULL DEFAULT 0;
