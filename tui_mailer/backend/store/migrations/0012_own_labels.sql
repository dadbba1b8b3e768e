-- A patient is called as the patient's own mail says. Labels that others wrote before such an address
-- (15 characters, the key of the matricule last) go, unless the patient's mail has the same.
UPDATE contact SET name = '', name_words = ' '
WHERE name <> '' AND mailbox_key GLOB '[0-9]?????????????[0-9]@*' AND NOT EXISTS (
    SELECT 1 FROM message AS m
    WHERE m.patient <> '' AND m.is_copy = 0 AND (m.from_owner = 0 OR m.flags & 8 = 0)
      AND m.patient = upper(substr(contact.mailbox_key, 1, 15))
      AND lower(m.sender_mailbox) = contact.mailbox_key AND m.sender_name = contact.name
);
