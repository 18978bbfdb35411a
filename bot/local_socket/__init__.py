"""A Unix socket beside the SQLite database: the command line hands commands to the running service."""
