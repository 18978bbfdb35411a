"""Words of the desk: what admins read."""
