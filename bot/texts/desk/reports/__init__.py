"""Texts of the desk's reports: one file per report."""
