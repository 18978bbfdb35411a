"""Error messages, one file per area: ``PLAIN`` has those that are always the same, ``MADE`` all others."""
