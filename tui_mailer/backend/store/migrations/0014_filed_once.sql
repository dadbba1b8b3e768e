-- Messages that were moved into the folder of exchanges, by what their copies have in common: one that
-- is put back stays, in its old row or in a new one. Without a Message-ID, by their row.
CREATE TABLE filed (
    copy_key TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
