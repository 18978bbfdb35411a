"""The public journal of the pools (docs/journal.md)."""
