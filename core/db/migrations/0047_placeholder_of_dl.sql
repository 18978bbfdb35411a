-- Placeholder: removed when the branches are merged.
SELECT 1;
