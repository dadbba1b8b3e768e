-- What arrives is counted, and looked for copies, once a transaction (`arrivals.py`) and no longer
-- once a message: a first synchronisation brings 100,000.
DROP TRIGGER message_added;
DROP TRIGGER message_copy_added;
DROP TRIGGER patient_mail_added;

-- Segments of the text index are merged by sixteen and no longer by four: what is indexed is written
-- twice, where it was written four times.
INSERT INTO message_text (message_text, rank) VALUES ('automerge', 16);
INSERT INTO message_text (message_text, rank) VALUES ('crisismerge', 64);
