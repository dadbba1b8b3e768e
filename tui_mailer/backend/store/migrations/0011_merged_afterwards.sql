-- The text index gathers four times as many words before it writes a segment, and segments are merged
-- when no more mail is coming (`Messages.settle`), not by thirty-one in the middle of a transaction.
INSERT INTO message_text (message_text, rank) VALUES ('hashsize', 4194304);
INSERT INTO message_text (message_text, rank) VALUES ('automerge', 32);
INSERT INTO message_text (message_text, rank) VALUES ('crisismerge', 64);
