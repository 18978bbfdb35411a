"""Words of the desk's reports: one file a report."""
