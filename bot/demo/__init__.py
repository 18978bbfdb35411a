"""``demo``: sandbox and bot in one process, with data to try."""
