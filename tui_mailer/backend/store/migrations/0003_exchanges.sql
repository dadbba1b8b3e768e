-- Exchanges with patients, one row a patient: what a list of them shows, sorts and filters by, so
-- that its cost follows the number of patients and never that of messages.

-- When a message was written: as its Date says, never later than the server got it. A copy that
-- another client stored again has a new time there, and was sent when it was sent.
ALTER TABLE message ADD COLUMN written_at INTEGER NOT NULL DEFAULT 0;
UPDATE message SET written_at = received_at;

ALTER TABLE exchange ADD COLUMN last_sent_at INTEGER NOT NULL DEFAULT 0;
UPDATE exchange SET last_sent_at = since;

ALTER TABLE outgoing ADD COLUMN final INTEGER NOT NULL DEFAULT 0 CHECK (final IN (0, 1));

-- What an exchange consists of: a draft (8: DRAFT) of ours is no part of it.
DROP INDEX message_with_patients;
DROP INDEX message_of_patient;
CREATE INDEX message_with_patients ON message (received_at, uid)
    WHERE patient <> '' AND is_copy = 0 AND (from_owner = 0 OR flags & 8 = 0);
CREATE INDEX message_of_patient ON message (patient, received_at, uid, flags)
    WHERE patient <> '' AND is_copy = 0 AND (from_owner = 0 OR flags & 8 = 0);

CREATE INDEX message_of_folder_with_patient ON message (folder_id) WHERE patient <> '';
CREATE INDEX message_sent_to_patient ON message (patient, written_at, received_at, uid)
    WHERE patient <> '' AND from_owner = 1;
CREATE INDEX message_ending ON message (patient, written_at)
    WHERE patient <> '' AND from_owner = 1 AND subject = '[FIN]';

-- What was really sent to patients, from here or elsewhere. Anybody may write our name into a From:
-- what lies in the inbox proves nothing.
CREATE VIEW sent_to_patient AS
SELECT s.patient, s.written_at, s.received_at, s.uid, s.subject
FROM message AS s JOIN folder AS f ON f.id = s.folder_id
WHERE s.patient <> '' AND s.from_owner = 1
  AND (f.role = 'sent' OR (f.role NOT IN ('inbox', 'drafts', 'junk') AND s.flags & 8 = 0));

CREATE TABLE patient_mail (
    matricule     TEXT    NOT NULL PRIMARY KEY,
    message_count INTEGER NOT NULL,
    unread_count  INTEGER NOT NULL,
    last_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_mail_newest ON patient_mail (last_at DESC, matricule, unread_count);

INSERT INTO patient_mail
SELECT patient, count(*), sum(flags & 1 = 0), max(received_at) FROM message
WHERE patient <> '' AND is_copy = 0 AND (from_owner = 0 OR flags & 8 = 0) GROUP BY patient;

-- The triggers below add and subtract in whatever order they fire: a row may pass through 0.
CREATE TRIGGER patient_mail_added AFTER INSERT ON message
WHEN new.patient <> '' AND (new.from_owner = 0 OR new.flags & 8 = 0) BEGIN
    INSERT INTO patient_mail VALUES (new.patient, 1, new.flags & 1 = 0, new.received_at)
    ON CONFLICT (matricule) DO UPDATE SET
        message_count = message_count + 1,
        unread_count = unread_count + excluded.unread_count,
        last_at = max(last_at, excluded.last_at);
    DELETE FROM patient_mail WHERE matricule = new.patient AND message_count = 0;
END;

CREATE TRIGGER patient_mail_removed AFTER DELETE ON message
WHEN old.patient <> '' AND old.is_copy = 0 AND (old.from_owner = 0 OR old.flags & 8 = 0) BEGIN
    UPDATE patient_mail SET
        message_count = message_count - 1,
        unread_count = unread_count - (old.flags & 1 = 0),
        last_at = coalesce((
            SELECT max(received_at) FROM message
            WHERE patient = old.patient AND patient <> '' AND is_copy = 0
              AND (from_owner = 0 OR flags & 8 = 0)
        ), 0)
    WHERE matricule = old.patient;
    DELETE FROM patient_mail WHERE matricule = old.patient AND message_count = 0;
END;

CREATE TRIGGER patient_mail_changed AFTER UPDATE OF flags, is_copy ON message
WHEN new.patient <> '' AND (
    (old.flags & 9) <> (new.flags & 9) OR old.is_copy <> new.is_copy
) BEGIN
    INSERT INTO patient_mail
    SELECT new.patient, n.listed - o.listed,
           n.listed * (new.flags & 1 = 0) - o.listed * (old.flags & 1 = 0), 0
    FROM (SELECT new.is_copy = 0 AND (new.from_owner = 0 OR new.flags & 8 = 0) AS listed) AS n,
         (SELECT old.is_copy = 0 AND (old.from_owner = 0 OR old.flags & 8 = 0) AS listed) AS o
    WHERE true
    ON CONFLICT (matricule) DO UPDATE SET
        message_count = message_count + excluded.message_count,
        unread_count = unread_count + excluded.unread_count,
        last_at = coalesce((
            SELECT max(received_at) FROM message
            WHERE patient = new.patient AND patient <> '' AND is_copy = 0
              AND (from_owner = 0 OR flags & 8 = 0)
        ), 0);
    DELETE FROM patient_mail WHERE matricule = new.patient AND message_count = 0;
END;
