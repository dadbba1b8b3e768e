-- What arrives is counted, and looked for copies, once a transaction (`arrivals.py`) and no longer
-- once a message: a first synchronisation brings 100,000.
DROP TRIGGER message_added;
DROP TRIGGER message_copy_added;
DROP TRIGGER patient_mail_added;

-- While something counts, what is set aside before and after is not the last word: it is not looked
-- for. Of thousands of copies in the junk, each would look through all the others.
DROP TRIGGER patient_mail_removed;
CREATE TRIGGER patient_mail_removed AFTER DELETE ON message
WHEN old.patient <> '' AND old.is_copy = 0 AND (old.from_owner = 0 OR old.flags & 8 = 0) BEGIN
    UPDATE patient_mail SET
        message_count = message_count - 1,
        counting_count = counting_count - (old.set_aside = 0),
        unread_count = unread_count - (old.flags & 1 = 0 AND old.set_aside = 0)
    WHERE matricule = old.patient;
    UPDATE patient_mail SET last_at = (SELECT at FROM patient_last WHERE matricule = old.patient)
    WHERE matricule = old.patient AND (counting_count = 0 OR old.set_aside = 0);
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
    WHERE matricule = new.patient
      AND (counting_count = 0 OR old.set_aside = 0 OR new.set_aside = 0);
    DELETE FROM patient_mail
    WHERE matricule = new.patient AND message_count = 0 AND unread_count = 0;
END;

-- Segments of the text index are merged by sixteen and no longer by four: what is indexed is written
-- twice, where it was written four times.
INSERT INTO message_text (message_text, rank) VALUES ('automerge', 16);
INSERT INTO message_text (message_text, rank) VALUES ('crisismerge', 32);
