"""Read models for the desk: statistics, work queue, audit search and case files."""
