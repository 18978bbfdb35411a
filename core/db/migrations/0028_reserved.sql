-- The number of a migration that another change brings; nothing is done here.
SELECT 1;
