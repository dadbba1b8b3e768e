-- Names are looked for without the strokes of their letters: Łukasz is found as lukasz.
UPDATE contact SET
    name_words = replace(replace(replace(replace(replace(replace(
        name_words, 'ø', 'o'), 'ł', 'l'), 'đ', 'd'), 'ħ', 'h'), 'ŧ', 't'), 'ı', 'i')
WHERE name_words GLOB '*[øłđħŧı]*';
UPDATE patient_traits SET
    name_words = replace(replace(replace(replace(replace(replace(
        name_words, 'ø', 'o'), 'ł', 'l'), 'đ', 'd'), 'ħ', 'h'), 'ŧ', 't'), 'ı', 'i')
WHERE name_words GLOB '*[øłđħŧı]*';
