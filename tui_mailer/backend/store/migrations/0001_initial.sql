-- Times are microseconds since 1970 in UTC. In `exchange`, 0 stands for "never".
-- Flags are the bits of domain.message.Flags; SEEN is 1.

CREATE TABLE folder (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL UNIQUE,
    delimiter     TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    selectable    INTEGER NOT NULL CHECK (selectable IN (0, 1)),
    uid_validity  INTEGER NOT NULL DEFAULT 0, -- 0: never opened; a server's is above 0 (RFC 3501 §2.3.1.1)
    -- Up to where the server's messages are held; 0: not told, or no synchronisation has ended yet.
    uid_next       INTEGER NOT NULL DEFAULT 0,
    exists_count   INTEGER NOT NULL DEFAULT 0,
    highest_modseq INTEGER NOT NULL DEFAULT 0,
    synced        INTEGER NOT NULL DEFAULT 0 CHECK (synced IN (0, 1)),
    -- Kept by the triggers below: a count of 100,000 rows would cost milliseconds at every look.
    total_count   INTEGER NOT NULL DEFAULT 0,
    unread_count  INTEGER NOT NULL DEFAULT 0,
    patient_count INTEGER NOT NULL DEFAULT 0,
    patient_unread_count INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE message (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    folder_id      INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    uid            INTEGER NOT NULL,
    message_id     TEXT    NOT NULL,
    received_at    INTEGER NOT NULL,
    subject        TEXT    NOT NULL,
    sender_mailbox TEXT    NOT NULL,
    sender_name    TEXT    NOT NULL,
    first_mailbox  TEXT    NOT NULL, -- the first recipient: whom a message of ours is listed by
    first_name     TEXT    NOT NULL,
    recipients     TEXT    NOT NULL, -- all of them as words, for the text index
    from_owner     INTEGER NOT NULL CHECK (from_owner IN (0, 1)),
    patient        TEXT    NOT NULL, -- matricule, or ''
    copy_key       TEXT    NOT NULL, -- equal for two copies of one message to or from a patient
    is_copy        INTEGER NOT NULL DEFAULT 0 CHECK (is_copy IN (0, 1)), -- a newer row is the same message
    size_bytes     INTEGER NOT NULL,
    server_flags   INTEGER NOT NULL, -- as the server last said
    flags          INTEGER NOT NULL, -- with the local changes that the server has not seen
    has_attachment INTEGER NOT NULL CHECK (has_attachment IN (0, 1)),
    body_held      INTEGER NOT NULL DEFAULT 0 CHECK (body_held IN (0, 1)),
    UNIQUE (folder_id, uid)
) STRICT;

-- One index a list. INTERNALDATE has whole seconds: the UID, which only grows, breaks ties.
CREATE INDEX message_of_folder ON message (folder_id, received_at, uid);
CREATE INDEX message_without_patient ON message (folder_id, received_at, uid) WHERE patient = '';
CREATE INDEX message_with_patients ON message (received_at, uid) WHERE patient <> '' AND is_copy = 0;
CREATE INDEX message_of_patient ON message (patient, received_at, uid, flags)
    WHERE patient <> '' AND is_copy = 0;
CREATE INDEX message_with_attachment ON message (folder_id) WHERE has_attachment = 1;
CREATE INDEX message_copy ON message (copy_key, is_copy, received_at) WHERE copy_key <> '';

CREATE TABLE content (
    message_id INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    bytes      BLOB    NOT NULL
) STRICT;

-- A message's row is numbered by its time and then its id, so that the index gives the newest
-- first by itself and stops at the first page: (seconds since 1970, within 32 bits) << 30 | id.
CREATE VIRTUAL TABLE message_text USING fts5 (
    subject, sender, recipients, body, attachments,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
    UPDATE folder SET total_count   = total_count + 1,
                      unread_count  = unread_count + (new.flags & 1 = 0),
                      patient_count = patient_count + (new.patient <> ''),
                      patient_unread_count = patient_unread_count
                          + (new.patient <> '' AND new.flags & 1 = 0)
    WHERE id = new.folder_id;
END;

CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
    UPDATE folder SET total_count   = total_count - 1,
                      unread_count  = unread_count - (old.flags & 1 = 0),
                      patient_count = patient_count - (old.patient <> ''),
                      patient_unread_count = patient_unread_count
                          - (old.patient <> '' AND old.flags & 1 = 0)
    WHERE id = old.folder_id;
    DELETE FROM message_text
    WHERE rowid = max(0, min(old.received_at / 1000000, 4294967295)) << 30 | old.id;
END;

CREATE TRIGGER message_read_or_unread AFTER UPDATE OF flags ON message
WHEN (old.flags & 1) <> (new.flags & 1) BEGIN
    UPDATE folder SET unread_count = unread_count + (new.flags & 1 = 0) - (old.flags & 1 = 0),
                      patient_unread_count = patient_unread_count
                          + (new.patient <> '' AND new.flags & 1 = 0)
                          - (new.patient <> '' AND old.flags & 1 = 0)
    WHERE id = new.folder_id;
END;

CREATE TRIGGER message_moved AFTER UPDATE OF folder_id ON message
WHEN old.folder_id <> new.folder_id BEGIN
    UPDATE folder SET total_count   = total_count - 1,
                      unread_count  = unread_count - (old.flags & 1 = 0),
                      patient_count = patient_count - (old.patient <> ''),
                      patient_unread_count = patient_unread_count
                          - (old.patient <> '' AND old.flags & 1 = 0)
    WHERE id = old.folder_id;
    UPDATE folder SET total_count   = total_count + 1,
                      unread_count  = unread_count + (new.flags & 1 = 0),
                      patient_count = patient_count + (new.patient <> ''),
                      patient_unread_count = patient_unread_count
                          + (new.patient <> '' AND new.flags & 1 = 0)
    WHERE id = new.folder_id;
END;

-- Of the rows with one copy_key, the newest alone has is_copy = 0; each step looks at one or two.
-- `copy_key <> ''` is said again for the planner: without it the partial index cannot serve.
CREATE TRIGGER message_copy_added AFTER INSERT ON message WHEN new.copy_key <> '' BEGIN
    UPDATE message SET is_copy = 1
    WHERE copy_key = new.copy_key AND copy_key <> '' AND is_copy = 0 AND id <> (
        SELECT id FROM message WHERE copy_key = new.copy_key AND copy_key <> '' AND is_copy = 0
        ORDER BY received_at DESC, id DESC LIMIT 1
    );
END;

CREATE TRIGGER message_copy_removed AFTER DELETE ON message
WHEN old.copy_key <> '' AND old.is_copy = 0 BEGIN
    UPDATE message SET is_copy = 0
    WHERE id = (
        SELECT id FROM message WHERE copy_key = old.copy_key AND copy_key <> '' AND is_copy = 1
        ORDER BY received_at DESC, id DESC LIMIT 1
    );
END;

CREATE TABLE pending_flags (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id   INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    add_flags    INTEGER NOT NULL,
    remove_flags INTEGER NOT NULL
) STRICT;
CREATE INDEX pending_flags_of_message ON pending_flags (message_id);

-- Where the server still has a message that was moved here: its row stands in the new folder, under
-- a UID below zero. `tried_id`: the folder it may be in already, from UID `floor` on; 0: none.
CREATE TABLE pending_move (
    message_id INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    folder_id  INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    uid        INTEGER NOT NULL,
    tried_id   INTEGER NOT NULL DEFAULT 0,
    floor      INTEGER NOT NULL DEFAULT 0,
    UNIQUE (folder_id, uid)
) STRICT;

-- Removed here for good, and to be removed on the server.
CREATE TABLE pending_expunge (
    folder_id INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    uid       INTEGER NOT NULL,
    PRIMARY KEY (folder_id, uid)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
    mailbox_key   TEXT    NOT NULL PRIMARY KEY, -- the mailbox without case
    mailbox       TEXT    NOT NULL,
    mailbox_words TEXT    NOT NULL, -- ' word word ' without accents and case
    name          TEXT    NOT NULL, -- the label last seen
    name_words    TEXT    NOT NULL,
    use_count     INTEGER NOT NULL,
    last_used_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE exchange (
    matricule    TEXT    NOT NULL PRIMARY KEY,
    state        TEXT    NOT NULL,
    since        INTEGER NOT NULL,
    confirmed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE identity_confirmation (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    matricule    TEXT    NOT NULL,
    author       TEXT    NOT NULL,
    shown        TEXT    NOT NULL,
    confirmed_at INTEGER NOT NULL
) STRICT;

-- A journal is only ever added to.
CREATE TRIGGER identity_confirmation_kept BEFORE DELETE ON identity_confirmation BEGIN
    SELECT raise(ABORT, 'the journal of confirmations is only added to');
END;
CREATE TRIGGER identity_confirmation_unchanged BEFORE UPDATE ON identity_confirmation BEGIN
    SELECT raise(ABORT, 'the journal of confirmations is only added to');
END;

-- A draft is written and read whole, and nothing looks inside it: one JSON document is replaced in
-- one piece, and the same document goes along with the outgoing message to be taken back verbatim.
CREATE TABLE draft (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    updated_at INTEGER NOT NULL,
    document   TEXT    NOT NULL
) STRICT;

CREATE TABLE outgoing (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id    TEXT    NOT NULL UNIQUE,
    draft_id      INTEGER NOT NULL, -- the draft it was, or 0
    subject       TEXT    NOT NULL,
    recipients    TEXT    NOT NULL, -- JSON list of mailboxes
    patient       TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    due_at        INTEGER NOT NULL,
    size_bytes    INTEGER NOT NULL,
    explanation   TEXT    NOT NULL,
    server_words  TEXT    NOT NULL,
    attempt_count INTEGER NOT NULL,
    answers       INTEGER NOT NULL, -- local ids of the messages answered and forwarded, or 0:
    forwards      INTEGER NOT NULL  -- they may be gone by the time they are flagged
) STRICT;
CREATE INDEX outgoing_unsettled ON outgoing (id) WHERE state <> 'sent';

CREATE TABLE outgoing_content (
    outgoing_id      INTEGER PRIMARY KEY REFERENCES outgoing (id) ON DELETE CASCADE,
    bytes            BLOB    NOT NULL,
    draft            TEXT    NOT NULL, -- the document of its draft
    draft_updated_at INTEGER NOT NULL
) STRICT;
