-- Whom a broadcast may reach, by office and audience: all who are registered there, all who have a preselection
-- under way or a number reserved, all who want to be told of something there. Who does not want to hear of the
-- office is left out, unless a number of theirs waits at its counter.
CREATE VIEW broadcast_reach AS
SELECT audience.name AS audience, audience.office, audience.chat_id FROM (
    SELECT 'registered' AS name, office, chat_id FROM account WHERE registered_at IS NOT NULL
    UNION
    SELECT 'underway' AS name, p.office, a.chat_id
    FROM preselection AS p JOIN account AS a ON a.account_id = p.account_id
    WHERE p.state IN ('draft', 'informed', 'agreed', 'verified', 'reserved')
    UNION
    SELECT 'subscribers' AS name, office, chat_id FROM subscription
) AS audience
WHERE NOT EXISTS (
    SELECT 1 FROM broadcast_mute AS m WHERE m.chat_id = audience.chat_id AND m.office = audience.office
) OR EXISTS (
    SELECT 1 FROM preselection AS p JOIN account AS a ON a.account_id = p.account_id
    WHERE a.chat_id = audience.chat_id AND p.office = audience.office AND p.state = 'reserved'
);
