-- name: add
-- A counter. A comment may hold :parameters, 100 % and a quote '.
INSERT INTO counter (name, value, photo) VALUES (:name, :value, :photo)

-- name: up
-- Counts on.
UPDATE counter SET value = value + :by WHERE name = :name;

-- name: set
-- Overwrites.
UPDATE counter SET value = :value WHERE name = :name

-- name: take
-- Takes one away while there is one: the guard of the race test.
UPDATE counter SET value = value - 1 WHERE name = :name AND value >= 1 RETURNING value

-- name: get
-- One counter.
SELECT name, value, photo FROM counter WHERE name = :name ${for_update}

-- name: look
-- One counter, without a lock.
SELECT name, value, photo FROM counter WHERE name = :name

-- name: all
-- Every counter, in order.
SELECT name, value, photo FROM counter ORDER BY name

-- name: total
-- The sum; on PostgreSQL a numeric.
SELECT sum(value) AS total, avg(value) AS mean FROM counter

-- name: like
-- A percent sign and a colon inside quotes, and a cast.
SELECT name, ':name' AS quoted, CAST(:value AS ${integer}) AS value FROM counter WHERE name LIKE 'a%' AND name = :name

-- name: copy
-- Begins with WITH, which SQLite's driver does not count.
WITH old AS (SELECT name, value FROM counter)
INSERT INTO counter (name, value) SELECT name || '2', value FROM old WHERE true

-- name: add_child
-- A child, perhaps of nobody.
INSERT INTO child (name) VALUES (:name)

-- name: dialect
-- Which block it is.
SELECT 'common' AS dialect
