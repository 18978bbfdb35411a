"""The desk's reports, one file a command: /segments, /stats, /audit, /desk.

What they count is read from a snapshot of the database, and every list can be had as a spreadsheet.
"""
