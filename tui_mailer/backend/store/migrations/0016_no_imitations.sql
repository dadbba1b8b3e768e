-- A label that could be taken for an address or an INS names nobody, and completes nothing.
UPDATE contact SET name = '', name_words = ' '
WHERE name GLOB '*[@＠﹫]*'
   OR name GLOB '*[0-9]*[0-9]*[0-9]*[0-9]*[0-9]*[0-9]*[0-9]*[0-9]*[0-9]*[0-9]*[0-9]*[0-9]*[0-9]*';
