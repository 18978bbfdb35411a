"""Read models for the desk: statistics, work queue, audit search, case files."""
