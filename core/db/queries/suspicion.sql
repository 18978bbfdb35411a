-- Suspected abuse of the selection: the presses, what is found in them, and what is decided about it.

-- name: add_press
-- Records a press with which an owner selects. The reaction is the time since the newest batch was shown, for the
-- first press after it only; one that was received before the batch counted as shown has none. Nothing is recorded
-- while the account's selection is suspended.
INSERT INTO selecting_press (account_id, office, way, at, reaction, identity_hash, phone_hash)
SELECT a.account_id, :office, :way, CAST(:at AS ${integer}), (
    SELECT CAST(:at AS ${integer}) - d.sent_at FROM draw AS d
    WHERE d.preselection_id = :preselection_id AND d.sent_at <= :at AND d.numbers <> '[]'
      AND NOT EXISTS (
          SELECT 1 FROM selecting_press AS p WHERE p.account_id = a.account_id AND p.at >= d.sent_at
      )
    ORDER BY d.sent_at DESC LIMIT 1
), a.identity_hash, a.phone_hash
FROM account AS a WHERE a.account_id = :account_id AND NOT EXISTS (
    SELECT 1 FROM suspicion AS s WHERE s.subject = 'account:' || a.account_id AND s.state = 'asked'
)

-- name: selecting_of_chat
-- What a chat is selecting for.
SELECT p.account_id, p.preselection_id, p.office FROM account AS a
JOIN preselection AS p ON p.account_id = a.account_id AND p.state = 'verified'
WHERE a.chat_id = :chat_id

-- name: presses_of_account
-- The recorded presses of an account.
SELECT way, office, at FROM selecting_press WHERE account_id = :account_id ORDER BY at, press_id

-- name: forget_hashes
-- Deletes from an account's presses whose they were, when the owner's data are deleted.
UPDATE selecting_press SET identity_hash = NULL, phone_hash = NULL
WHERE account_id = :account_id AND (identity_hash IS NOT NULL OR phone_hash IS NOT NULL)

-- name: purge_presses
-- Deletes presses from before a time.
DELETE FROM selecting_press WHERE at < :before

-- name: pace
-- Accounts with more than :presses draws and tries within :span milliseconds, after the last decision about them; those
-- that did so last first.
SELECT account_id, max(office) AS office, max(at) AS at, min(at - first_at) AS span, count(*) AS times
FROM (
    SELECT p.account_id, p.office, p.at, lag(p.at, CAST(:presses AS INTEGER)) OVER (
        PARTITION BY p.account_id ORDER BY p.at, p.press_id
    ) AS first_at
    FROM selecting_press AS p
    WHERE p.at >= :since AND p.way <> 'pick' AND p.at > coalesce((
        SELECT max(s.decided_at) FROM suspicion AS s
        WHERE s.kind = 'pace' AND s.subject = 'account:' || p.account_id
    ), 0)
) AS pressed
WHERE at - first_at <= :span
GROUP BY account_id ORDER BY max(at) DESC, account_id LIMIT :most

-- name: reactions
-- Accounts more than half of whose reactions, of :presses or more, took less than :limit milliseconds; those that reacted
-- last first.
SELECT p.account_id, max(p.office) AS office, max(p.at) AS at, count(*) AS presses,
       CAST(sum(CASE WHEN p.reaction < :limit THEN 1 ELSE 0 END) AS ${integer}) AS quick,
       min(p.reaction) AS fastest
FROM selecting_press AS p
WHERE p.at >= :since AND p.reaction IS NOT NULL AND p.at > coalesce((
    SELECT max(s.decided_at) FROM suspicion AS s
    WHERE s.kind = 'reaction' AND s.subject = 'account:' || p.account_id
), 0)
GROUP BY p.account_id
HAVING count(*) >= :presses AND 2 * sum(CASE WHEN p.reaction < :limit THEN 1 ELSE 0 END) > count(*)
ORDER BY max(p.at) DESC, p.account_id LIMIT :most

-- name: shared_identities
-- Identities of recent presses that more than :accounts accounts have carried while selecting at one office; those used
-- last first.
SELECT p.identity_hash AS hash, p.office, max(p.at) AS at FROM selecting_press AS p
WHERE p.at >= :since AND p.identity_hash IN (
    SELECT r.identity_hash FROM selecting_press AS r WHERE r.at >= :recent AND r.identity_hash IS NOT NULL
)
GROUP BY p.identity_hash, p.office HAVING count(DISTINCT p.account_id) > :accounts
ORDER BY max(p.at) DESC LIMIT :most

-- name: shared_phones
-- The same of telephones.
SELECT p.phone_hash AS hash, p.office, max(p.at) AS at FROM selecting_press AS p
WHERE p.at >= :since AND p.phone_hash IN (
    SELECT r.phone_hash FROM selecting_press AS r WHERE r.at >= :recent AND r.phone_hash IS NOT NULL
)
GROUP BY p.phone_hash, p.office HAVING count(DISTINCT p.account_id) > :accounts
ORDER BY max(p.at) DESC LIMIT :most

-- name: accounts_of_identity
-- The accounts that carried an identity while selecting at an office, the latest first.
SELECT account_id FROM selecting_press
WHERE identity_hash = :hash AND office = :office AND at >= :since
GROUP BY account_id ORDER BY max(at) DESC, account_id

-- name: accounts_of_phone
-- The same of a telephone.
SELECT account_id FROM selecting_press
WHERE phone_hash = :hash AND office = :office AND at >= :since
GROUP BY account_id ORDER BY max(at) DESC, account_id

-- name: presses_since
-- The newest draws and tries since a time, in order of office and time.
SELECT office, account_id, at FROM (
    SELECT office, account_id, at, press_id FROM selecting_press
    WHERE at >= :since AND way <> 'pick' ORDER BY at DESC, press_id DESC LIMIT :most
) AS newest ORDER BY office, at, press_id

-- name: rests_and_holds
-- When those of several wishes that are no longer taken or held by others became free, as far as their rows tell.
SELECT serial, 'rest' AS what, held_until AS at FROM plate
WHERE office = :office AND kind = :kind AND held_until >= :since AND held_until <= :now
  AND serial IN (SELECT json_each.value FROM json_each(:wishes))
UNION ALL
SELECT serial, 'hold' AS what, held_until AS at FROM hold
WHERE office = :office AND kind = :kind AND held_until >= :since AND held_until < :now
  AND preselection_id <> :preselection_id
  AND serial IN (SELECT json_each.value FROM json_each(:wishes))

-- name: ended_withholdings
-- The masks of a pool that were withheld and may be self-composed again since a time.
SELECT mask, compose_from AS at FROM withholding
WHERE office = :office AND kind = :kind AND ended_at IS NOT NULL AND compose_from >= :since AND compose_from <= :now
ORDER BY compose_from

-- name: grants_followed
-- The newest grants of chances that were followed by the success of their vehicle within :span milliseconds, in order.
SELECT * FROM (
    SELECT g.entry_id, g.actor, g.action, g.at, p.preselection_id, p.account_id, p.office, p.serial, p.reserved_at
    FROM audit AS g JOIN preselection AS p ON g.subject = 'vehicle:' || p.vin
    WHERE g.action = 'granted_chances' AND g.at >= :since AND g.actor LIKE 'chat:%'
      AND p.state IN ('reserved', 'registered') AND p.set_aside_by IS NULL
      AND p.reserved_at >= g.at AND p.reserved_at <= g.at + :span
    ORDER BY g.entry_id DESC LIMIT :most
) AS newest ORDER BY entry_id

-- name: unwithheld
-- The newest withholdings that admins have ended since a time, in order.
SELECT * FROM (
    SELECT entry_id, actor, action, at, office, subject, details FROM audit
    WHERE action = 'unwithheld' AND at >= :since AND actor LIKE 'chat:%' ORDER BY entry_id DESC LIMIT :most
) AS newest ORDER BY entry_id

-- name: reserved_after
-- The numbers of a pool that were reserved between an entry of the audit log and a time.
SELECT p.preselection_id, p.account_id, p.office, p.serial, p.reserved_at FROM audit AS r
JOIN preselection AS p
  ON p.preselection_id = CAST(substr(r.subject, length('preselection:') + 1) AS ${integer})
WHERE r.office = :office AND r.entry_id > :entry_id AND r.at <= :until AND r.action = 'reserved'
  AND p.kind = :kind AND p.state IN ('reserved', 'registered')
ORDER BY r.entry_id LIMIT :most

-- name: raise
-- Raises a suspicion, unless there is an undecided one of the same kind about the same subject.
INSERT INTO suspicion (kind, subject, office, state, weight, evidence, raised_at, updated_at)
VALUES (:kind, :subject, :office, 'open', :weight, :evidence, :now, :now)
ON CONFLICT (kind, subject) WHERE state IN ('open', 'asked') DO NOTHING
RETURNING suspicion_id

-- name: add_evidence
-- Replaces the evidence of an undecided suspicion by weightier evidence.
UPDATE suspicion SET weight = :weight, evidence = :evidence, updated_at = :now
WHERE kind = :kind AND subject = :subject AND state IN ('open', 'asked') AND weight < :weight

-- name: by_id
-- One suspicion.
SELECT * FROM suspicion WHERE suspicion_id = :suspicion_id

-- name: lock
-- One suspicion, locked for update.
SELECT * FROM suspicion WHERE suspicion_id = :suspicion_id ${for_update}

-- name: undecided_of
-- The undecided suspicion of a kind about a subject.
SELECT * FROM suspicion WHERE kind = :kind AND subject = :subject AND state IN ('open', 'asked')

-- name: last_decided
-- The last decision about a subject in suspicions of a kind.
SELECT decided_at, weight FROM suspicion
WHERE kind = :kind AND subject = :subject AND state IN ('dismissed', 'confirmed')
ORDER BY decided_at DESC LIMIT 1

-- name: asked_of
-- The suspicions for which the invoice of a subject was asked for, the oldest first.
SELECT * FROM suspicion WHERE subject = :subject AND state = 'asked' ORDER BY suspicion_id

-- name: of_subject
-- All suspicions about a subject.
SELECT * FROM suspicion WHERE subject = :subject ORDER BY suspicion_id

-- name: listed
-- Undecided suspicions, the oldest first.
SELECT * FROM suspicion
WHERE state IN ('open', 'asked') AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
ORDER BY raised_at, suspicion_id LIMIT :most

-- name: decide
-- Decides a suspicion, once.
UPDATE suspicion SET state = :target, decided_by = :actor, decided_at = :now, reason = :reason, updated_at = :now
WHERE suspicion_id = :suspicion_id AND state IN ('open', 'asked')

-- name: ask
-- Asks for the invoice, once.
UPDATE suspicion SET state = 'asked', asked_by = :actor, asked_at = :now, updated_at = :now
WHERE suspicion_id = :suspicion_id AND state = 'open'

-- name: pending_answer
-- The appeal that answers a suspicion and waits for its decision.
SELECT appeal_id FROM appeal WHERE suspicion_id = :suspicion_id AND state = 'pending'
