-- name: add
-- Records that the database was put back from a backup.
INSERT INTO restoration (backup_at, lost_at, restored_at) VALUES (:backup_at, :lost_at, :now)
RETURNING restoration_id

-- name: settle
-- Records that the numbers issued after the backup are known, for all restorations.
UPDATE restoration SET settled_at = :now WHERE settled_at IS NULL

-- name: open
-- The newest restoration that is not settled.
SELECT restoration_id, backup_at, lost_at, restored_at FROM restoration WHERE settled_at IS NULL
ORDER BY restoration_id DESC LIMIT 1

-- name: consequences
-- What ending the suspension of an open restoration would do: reservations overdue since, numbers withheld.
SELECT
    (SELECT count(*) FROM preselection WHERE state = 'reserved' AND deadline <= :now) AS overdue,
    (SELECT count(*) FROM withholding WHERE ended_at IS NULL) AS withheld

-- name: add_plate
-- Records a number that was issued after the backup.
INSERT INTO restored_plate (restoration_id, office, kind, serial)
VALUES (:restoration_id, :office, :kind, :serial)
ON CONFLICT DO NOTHING

-- name: unverified
-- Numbers issued or confirmed after a backup that are still withheld, or still reserved as in the backup.
SELECT p.office, p.kind, p.serial, max(r.restored_at) AS restored_at
FROM restored_plate AS p
JOIN restoration AS r ON r.restoration_id = p.restoration_id
WHERE (:everywhere = 1 OR :offices LIKE '%' || p.office || '%') AND (
    EXISTS (
        SELECT 1 FROM withholding AS w
        WHERE w.office = p.office AND w.kind = p.kind AND w.mask = p.serial AND w.ended_at IS NULL
    ) OR EXISTS (
        SELECT 1 FROM preselection AS s
        WHERE s.office = p.office AND s.kind = p.kind AND s.serial = p.serial AND s.state = 'reserved'
          AND s.reserved_at <= r.backup_at
    )
)
GROUP BY p.office, p.kind, p.serial
ORDER BY p.office, p.kind, p.serial LIMIT :most

-- name: holds
-- Whether a reservation does not expire because of a restore: none does before it is settled, nor does one that
-- may have been confirmed after the backup.
SELECT 1 AS holds FROM preselection AS p
WHERE p.preselection_id = :preselection_id AND p.state = 'reserved' AND (
    EXISTS (SELECT 1 FROM restoration AS r WHERE r.settled_at IS NULL)
    OR EXISTS (
        SELECT 1 FROM restored_plate AS t JOIN restoration AS r ON r.restoration_id = t.restoration_id
        WHERE t.office = p.office AND t.kind = p.kind AND t.serial = p.serial AND p.reserved_at <= r.backup_at
    )
)

-- name: withholds
-- Whether a number is withheld because it was issued or confirmed after a backup.
SELECT 1 AS withholds FROM restored_plate AS p JOIN withholding AS w
    ON w.office = p.office AND w.kind = p.kind AND w.mask = p.serial AND w.ended_at IS NULL
WHERE p.office = :office AND p.kind = :kind AND p.serial = :serial
LIMIT 1

-- name: end_notices
-- Ends the notices that were due before the loss: they were sent then, so they are not sent again.
UPDATE notice SET state = 'late', worker = NULL, claimed_until = NULL, ended_at = :now, error = 'Restored'
WHERE state IN ('waiting', 'sending') AND (due_at <= :lost_at OR state = 'sending')

-- name: end_updates
-- Ends the updates under way at the backup: they were handled then.
UPDATE inbox SET state = 'done', body = NULL WHERE state IN ('waiting', 'applied')

-- name: renew_conversations
-- Makes the buttons of all earlier messages invalid, since those sent after the backup carry unknown revisions.
UPDATE dialog SET begun_at = :now, revision = revision + 1

-- name: end_codes
-- Ends all codes that were sent: the owner asks for another one.
UPDATE sms_code SET state = 'replaced', parcel_sealed = NULL WHERE state IN ('queued', 'sent', 'failed')

-- name: pools
-- The pools that have a current seed.
SELECT DISTINCT office, kind FROM seed WHERE published_at IS NULL ORDER BY office, kind

-- name: plate_state
-- The state of a number, whatever its time.
SELECT state FROM plate WHERE office = :office AND kind = :kind AND serial = :serial
