"""Everything that knows the messenger."""
