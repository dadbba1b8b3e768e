-- Copies are with one patient: two messages that agree in all that they show, and are written to two,
-- hid one another.
UPDATE message SET copy_key = copy_key || patient WHERE copy_key <> '';

-- What stood for one patient's message and another's stands for the one; the newest of the other's
-- that is not set aside, else the newest, is shown again. A trigger counts it.
UPDATE message SET is_copy = 0 WHERE id IN (
    SELECT id FROM (
        SELECT m.id, row_number() OVER (
            PARTITION BY m.copy_key ORDER BY m.set_aside, m.received_at DESC, m.id DESC
        ) AS place
        FROM message AS m
        WHERE m.copy_key <> '' AND m.is_copy = 1 AND NOT EXISTS (
            SELECT 1 FROM message AS shown
            WHERE shown.copy_key = m.copy_key AND shown.copy_key <> '' AND shown.is_copy = 0
        )
    ) WHERE place = 1
);
