-- What a message costs when it arrives: a first synchronisation brings 100,000.

-- One index of each patient's messages: what is set aside is passed over where it does not count.
DROP INDEX message_that_counts;
DROP INDEX message_of_patient;
CREATE INDEX message_of_patient ON message (patient, received_at, uid, flags, set_aside)
    WHERE patient <> '' AND is_copy = 0 AND (from_owner = 0 OR flags & 8 = 0);

-- How many of a patient's messages are not set aside: while one is, the last of these says when.
ALTER TABLE patient_mail ADD COLUMN counting_count INTEGER NOT NULL DEFAULT 0;
UPDATE patient_mail SET counting_count = (
    SELECT count(*) FROM message
    WHERE patient = patient_mail.matricule AND patient <> '' AND is_copy = 0
      AND (from_owner = 0 OR flags & 8 = 0) AND set_aside = 0
);

DROP VIEW patient_last;
CREATE VIEW patient_last AS
SELECT p.matricule, coalesce((
    SELECT received_at FROM message
    WHERE patient = p.matricule AND patient <> '' AND is_copy = 0
      AND (from_owner = 0 OR flags & 8 = 0) AND (set_aside = 0 OR p.counting_count = 0)
    ORDER BY received_at DESC LIMIT 1
), 0) AS at
FROM patient_mail AS p;

-- Before the message itself is there, and so before the triggers on copies look at it.
DROP TRIGGER patient_mail_added;
CREATE TRIGGER patient_mail_added BEFORE INSERT ON message
WHEN new.patient <> '' AND (new.from_owner = 0 OR new.flags & 8 = 0) BEGIN
    INSERT INTO patient_mail (matricule, message_count, counting_count, unread_count, last_at)
    VALUES (new.patient, 1, new.set_aside = 0, new.flags & 1 = 0 AND new.set_aside = 0,
            new.received_at)
    ON CONFLICT (matricule) DO UPDATE SET
        message_count = message_count + 1,
        counting_count = counting_count + excluded.counting_count,
        unread_count = unread_count + excluded.unread_count,
        last_at = CASE
            WHEN excluded.counting_count = (counting_count > 0) THEN max(last_at, excluded.last_at)
            WHEN excluded.counting_count THEN excluded.last_at
            ELSE last_at
        END;
END;

DROP TRIGGER patient_mail_removed;
CREATE TRIGGER patient_mail_removed AFTER DELETE ON message
WHEN old.patient <> '' AND old.is_copy = 0 AND (old.from_owner = 0 OR old.flags & 8 = 0) BEGIN
    UPDATE patient_mail SET
        message_count = message_count - 1,
        counting_count = counting_count - (old.set_aside = 0),
        unread_count = unread_count - (old.flags & 1 = 0 AND old.set_aside = 0)
    WHERE matricule = old.patient;
    UPDATE patient_mail SET last_at = (SELECT at FROM patient_last WHERE matricule = old.patient)
    WHERE matricule = old.patient;
    DELETE FROM patient_mail
    WHERE matricule = old.patient AND message_count = 0 AND unread_count = 0;
END;

DROP TRIGGER patient_mail_changed;
CREATE TRIGGER patient_mail_changed AFTER UPDATE OF flags, is_copy, set_aside ON message
WHEN new.patient <> '' AND (
    (old.flags & 9) <> (new.flags & 9) OR old.is_copy <> new.is_copy
    OR old.set_aside <> new.set_aside
) BEGIN
    INSERT INTO patient_mail (matricule, message_count, counting_count, unread_count, last_at)
    SELECT new.patient, n.listed - o.listed,
           n.listed * (new.set_aside = 0) - o.listed * (old.set_aside = 0),
           n.listed * (new.flags & 1 = 0 AND new.set_aside = 0)
           - o.listed * (old.flags & 1 = 0 AND old.set_aside = 0),
           0
    FROM (SELECT new.is_copy = 0 AND (new.from_owner = 0 OR new.flags & 8 = 0) AS listed) AS n,
         (SELECT old.is_copy = 0 AND (old.from_owner = 0 OR old.flags & 8 = 0) AS listed) AS o
    WHERE true
    ON CONFLICT (matricule) DO UPDATE SET
        message_count = message_count + excluded.message_count,
        counting_count = counting_count + excluded.counting_count,
        unread_count = unread_count + excluded.unread_count;
    UPDATE patient_mail SET last_at = (SELECT at FROM patient_last WHERE matricule = new.patient)
    WHERE matricule = new.patient;
    DELETE FROM patient_mail
    WHERE matricule = new.patient AND message_count = 0 AND unread_count = 0;
END;

-- Rows in the order in which people are met, and their addresses in a small index: to write a
-- thousand new ones among 30,000 changed nearly every page.
CREATE TABLE contact_in_order (
    mailbox_key   TEXT    NOT NULL PRIMARY KEY, -- the mailbox without case
    mailbox       TEXT    NOT NULL,
    mailbox_words TEXT    NOT NULL, -- ' word word ' without accents and case
    name          TEXT    NOT NULL, -- the label last seen
    name_words    TEXT    NOT NULL,
    use_count     INTEGER NOT NULL,
    last_used_at  INTEGER NOT NULL
) STRICT;
INSERT INTO contact_in_order SELECT * FROM contact;
DROP TABLE contact;
ALTER TABLE contact_in_order RENAME TO contact;

-- Copies have one date: with it in front, what comes together stands together in the index.
UPDATE message SET copy_key = printf('%016x', written_at) || copy_key WHERE copy_key <> '';
