"""Files of the public journal, and checking them in child processes (docs/journal.md, section 5)."""
