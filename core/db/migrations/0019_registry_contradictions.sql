-- Reservations that the vehicle registry contradicts: it knows the vehicle as registered, although no registration
-- was confirmed here, or with another plate kind. An appeal that has recognised the owner overrides what the
-- registry said before it.

CREATE VIEW registry_contradiction AS
SELECT p.preselection_id, p.office, p.kind, p.serial, p.vin, p.deadline, known.kind AS registry_kind,
       known.loaded_at,
       CASE WHEN known.state = 'registered' THEN 'registered' ELSE 'kind' END AS contradiction
FROM preselection AS p
JOIN registry_vehicle AS known ON known.vin = p.vin
WHERE p.state = 'reserved'
  AND (known.kind <> p.kind
       OR (known.state = 'registered' AND NOT EXISTS (
            SELECT 1 FROM vin_right AS granted
            WHERE granted.vin = p.vin AND granted.account_id = p.account_id AND granted.since >= known.loaded_at)));
