-- How often a handler has begun an update without telling how that ended. A process that dies leaves a one
-- behind, so an update over which several processes have died is known before it is handed to another handler.
ALTER TABLE inbox ADD COLUMN begun ${integer} NOT NULL DEFAULT 0;
