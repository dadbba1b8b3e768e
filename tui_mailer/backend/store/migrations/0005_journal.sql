-- What was done to the mailbox (ECO.4.1.1), chained: see domain.journal. Times are text here, as
-- the digest is calculated on them and as an export shows them.
CREATE TABLE journal (
    number      INTEGER PRIMARY KEY,
    at          TEXT    NOT NULL,
    account     TEXT    NOT NULL,
    system_user TEXT    NOT NULL,
    deed        TEXT    NOT NULL,
    folder      TEXT    NOT NULL,
    uid         INTEGER NOT NULL, -- 0: no message of the folder
    message_id  TEXT    NOT NULL,
    patient     TEXT    NOT NULL, -- matricule, or ''
    detail      TEXT    NOT NULL,
    answer      TEXT    NOT NULL,
    digest      TEXT    NOT NULL
) STRICT;
CREATE INDEX journal_of_patient ON journal (patient) WHERE patient <> '';

-- The newest line ever written: lines that vanish at the end show against it.
CREATE TABLE journal_head (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    digest TEXT    NOT NULL
) STRICT;
INSERT INTO journal_head VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- Lines taken out for their age: all up to `up_to`, whose digest the chain goes on from. The line
-- `number` of the journal says so.
CREATE TABLE journal_cut (
    number INTEGER PRIMARY KEY,
    up_to  INTEGER NOT NULL,
    digest TEXT    NOT NULL
) STRICT;

-- A journal is only ever added to, in order; old lines leave it once that is recorded.
CREATE TRIGGER journal_in_order BEFORE INSERT ON journal
WHEN new.number <> (SELECT number + 1 FROM journal_head) BEGIN
    SELECT raise(ABORT, 'a line of the journal follows the one before');
END;
CREATE TRIGGER journal_added AFTER INSERT ON journal BEGIN
    UPDATE journal_head SET number = new.number, digest = new.digest;
END;
CREATE TRIGGER journal_unchanged BEFORE UPDATE ON journal BEGIN
    SELECT raise(ABORT, 'the journal is only added to');
END;
CREATE TRIGGER journal_kept BEFORE DELETE ON journal
WHEN old.number > (SELECT coalesce(max(up_to), 0) FROM journal_cut) BEGIN
    SELECT raise(ABORT, 'the journal is only added to');
END;
CREATE TRIGGER journal_head_kept BEFORE DELETE ON journal_head BEGIN
    SELECT raise(ABORT, 'the journal is only added to');
END;
CREATE TRIGGER journal_head_grows BEFORE UPDATE ON journal_head WHEN new.number <= old.number BEGIN
    SELECT raise(ABORT, 'the journal is only added to');
END;
CREATE TRIGGER journal_cut_kept BEFORE DELETE ON journal_cut BEGIN
    SELECT raise(ABORT, 'the journal is only added to');
END;
CREATE TRIGGER journal_cut_unchanged BEFORE UPDATE ON journal_cut BEGIN
    SELECT raise(ABORT, 'the journal is only added to');
END;

-- A removal for good is journalled when the server has done it: the message's row is gone by then.
ALTER TABLE pending_expunge ADD COLUMN message_id TEXT NOT NULL DEFAULT '';
ALTER TABLE pending_expunge ADD COLUMN patient    TEXT NOT NULL DEFAULT '';
