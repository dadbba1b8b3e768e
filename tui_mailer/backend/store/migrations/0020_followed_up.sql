-- Up to which message words are in the text index and people among the contacts (`follow_up.py`): both
-- come after the messages, not with them.
CREATE TABLE followed_up (up_to INTEGER NOT NULL) STRICT;
INSERT INTO followed_up SELECT coalesce(max(id), 0) FROM message;
