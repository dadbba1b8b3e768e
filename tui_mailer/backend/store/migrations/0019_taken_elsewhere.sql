-- 1: another machine or client took its copy off the server's folder of drafts.
ALTER TABLE draft_copy ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;
