-- Who a patient is, as the user confirmed it; the newest confirmation replaces the one before.
CREATE TABLE patient_traits (
    matricule   TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL, -- as it is shown
    name_words  TEXT    NOT NULL, -- ' word word ' without accents and case, given names included
    source      TEXT    NOT NULL,
    birth_name  TEXT    NOT NULL,
    given_names TEXT    NOT NULL,
    birth_date  TEXT    NOT NULL, -- ISO 8601, or ''
    sex         TEXT    NOT NULL,
    birth_place TEXT    NOT NULL, -- COG code, or ''
    learnt_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Oppositions of patients to messages: recorded, withdrawn, or passed over knowingly.
CREATE TABLE opposition (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    matricule TEXT    NOT NULL,
    towards   TEXT    NOT NULL,
    act       TEXT    NOT NULL,
    author    TEXT    NOT NULL,
    noted_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX opposition_of_patient ON opposition (matricule);

CREATE TRIGGER opposition_kept BEFORE DELETE ON opposition BEGIN
    SELECT raise(ABORT, 'oppositions are only added to');
END;
CREATE TRIGGER opposition_unchanged BEFORE UPDATE ON opposition BEGIN
    SELECT raise(ABORT, 'oppositions are only added to');
END;
