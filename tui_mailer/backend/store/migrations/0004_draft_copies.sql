-- What the server's folder of drafts holds of each draft written here. The draft may be gone: its
-- copy is to be removed then, once nothing of it waits in the outbox.
CREATE TABLE draft_copy (
    draft_id  INTEGER PRIMARY KEY,
    copy_key  TEXT    NOT NULL UNIQUE, -- in a header of each version
    stored_at INTEGER NOT NULL,        -- the draft's updated_at in the version there; 0: none
    replaces  TEXT    NOT NULL         -- the mark of another machine's copy taken over, or ''
) STRICT;
