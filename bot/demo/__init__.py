"""``demo``: sandbox and bot in one process, with sample data."""
