-- What lies in the junk, and what others wrote that lies in the bin, stays in its exchange and
-- counts for nothing there: it is neither unread nor the last word. What we sent was sent, though
-- its copy lies in the bin.
ALTER TABLE message ADD COLUMN set_aside INTEGER NOT NULL DEFAULT 0 CHECK (set_aside IN (0, 1));

CREATE INDEX message_that_counts ON message (patient, received_at, uid)
    WHERE patient <> '' AND is_copy = 0 AND (from_owner = 0 OR flags & 8 = 0) AND set_aside = 0;

CREATE TRIGGER message_set_aside AFTER UPDATE OF folder_id ON message
WHEN new.patient <> '' AND old.folder_id <> new.folder_id BEGIN
    UPDATE message SET set_aside = (
        SELECT role = 'junk' OR (role = 'trash' AND new.from_owner = 0)
        FROM folder WHERE id = new.folder_id
    ) WHERE id = new.id;
END;

CREATE TRIGGER folder_role_changed AFTER UPDATE OF role ON folder WHEN old.role <> new.role BEGIN
    UPDATE message SET set_aside = new.role = 'junk' OR (new.role = 'trash' AND from_owner = 0)
    WHERE folder_id = new.id AND patient <> '';
END;

-- Of the rows with one copy_key, the one that has is_copy = 0 is the newest of those not set aside,
-- else the newest. Each step looks at one or two, however many copies there are.
DROP INDEX message_copy;
CREATE INDEX message_copy ON message (copy_key, is_copy, set_aside, received_at DESC, id DESC)
    WHERE copy_key <> '';

DROP TRIGGER message_copy_added;
CREATE TRIGGER message_copy_added AFTER INSERT ON message WHEN new.copy_key <> '' BEGIN
    UPDATE message SET is_copy = 1
    WHERE copy_key = new.copy_key AND copy_key <> '' AND is_copy = 0 AND id <> (
        SELECT id FROM message WHERE copy_key = new.copy_key AND copy_key <> '' AND is_copy = 0
        ORDER BY set_aside, received_at DESC, id DESC LIMIT 1
    );
END;

DROP TRIGGER message_copy_removed;
CREATE TRIGGER message_copy_removed AFTER DELETE ON message
WHEN old.copy_key <> '' AND old.is_copy = 0 BEGIN
    UPDATE message SET is_copy = 0
    WHERE id = (
        SELECT id FROM message WHERE copy_key = old.copy_key AND copy_key <> '' AND is_copy = 1
        ORDER BY set_aside, received_at DESC, id DESC LIMIT 1
    );
END;

CREATE TRIGGER message_copy_set_aside AFTER UPDATE OF set_aside ON message
WHEN new.copy_key <> '' AND old.set_aside <> new.set_aside BEGIN
    UPDATE message SET is_copy = 0
    WHERE id = (
        SELECT id FROM message WHERE copy_key = new.copy_key AND copy_key <> '' AND is_copy = 1
        ORDER BY set_aside, received_at DESC, id DESC LIMIT 1
    );
    UPDATE message SET is_copy = 1
    WHERE copy_key = new.copy_key AND copy_key <> '' AND is_copy = 0 AND id <> (
        SELECT id FROM message WHERE copy_key = new.copy_key AND copy_key <> '' AND is_copy = 0
        ORDER BY set_aside, received_at DESC, id DESC LIMIT 1
    );
END;

-- When the last message of each patient came: of those that count, else of all.
CREATE VIEW patient_last AS
SELECT p.matricule, coalesce(
    (SELECT max(received_at) FROM message
     WHERE patient = p.matricule AND patient <> '' AND is_copy = 0
       AND (from_owner = 0 OR flags & 8 = 0) AND set_aside = 0),
    (SELECT max(received_at) FROM message
     WHERE patient = p.matricule AND patient <> '' AND is_copy = 0
       AND (from_owner = 0 OR flags & 8 = 0)),
    0
) AS at
FROM patient_mail AS p;

-- The triggers below add and subtract in whatever order they fire: a row may pass through 0, and
-- goes only once nothing is owed to it.
DROP TRIGGER patient_mail_added;
CREATE TRIGGER patient_mail_added AFTER INSERT ON message
WHEN new.patient <> '' AND (new.from_owner = 0 OR new.flags & 8 = 0) BEGIN
    INSERT INTO patient_mail VALUES (new.patient, 1, new.flags & 1 = 0 AND new.set_aside = 0, 0)
    ON CONFLICT (matricule) DO UPDATE SET
        message_count = message_count + 1,
        unread_count = unread_count + excluded.unread_count;
    UPDATE patient_mail SET last_at = (SELECT at FROM patient_last WHERE matricule = new.patient)
    WHERE matricule = new.patient;
    DELETE FROM patient_mail
    WHERE matricule = new.patient AND message_count = 0 AND unread_count = 0;
END;

DROP TRIGGER patient_mail_removed;
CREATE TRIGGER patient_mail_removed AFTER DELETE ON message
WHEN old.patient <> '' AND old.is_copy = 0 AND (old.from_owner = 0 OR old.flags & 8 = 0) BEGIN
    UPDATE patient_mail SET
        message_count = message_count - 1,
        unread_count = unread_count - (old.flags & 1 = 0 AND old.set_aside = 0),
        last_at = (SELECT at FROM patient_last WHERE matricule = old.patient)
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
    INSERT INTO patient_mail
    SELECT new.patient, n.listed - o.listed,
           n.listed * (new.flags & 1 = 0 AND new.set_aside = 0)
           - o.listed * (old.flags & 1 = 0 AND old.set_aside = 0),
           0
    FROM (SELECT new.is_copy = 0 AND (new.from_owner = 0 OR new.flags & 8 = 0) AS listed) AS n,
         (SELECT old.is_copy = 0 AND (old.from_owner = 0 OR old.flags & 8 = 0) AS listed) AS o
    WHERE true
    ON CONFLICT (matricule) DO UPDATE SET
        message_count = message_count + excluded.message_count,
        unread_count = unread_count + excluded.unread_count;
    UPDATE patient_mail SET last_at = (SELECT at FROM patient_last WHERE matricule = new.patient)
    WHERE matricule = new.patient;
    DELETE FROM patient_mail
    WHERE matricule = new.patient AND message_count = 0 AND unread_count = 0;
END;

UPDATE message SET set_aside = 1
WHERE patient <> '' AND folder_id IN (
    SELECT id FROM folder WHERE role = 'junk' OR (role = 'trash' AND message.from_owner = 0)
);
