"""The desk: what admins do, one file a subject."""
