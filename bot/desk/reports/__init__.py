"""The desk's reports, one module per command: /segments, /stats, /audit, /desk.

Their figures are read from a snapshot of the database; every list can be downloaded as a spreadsheet.
"""
