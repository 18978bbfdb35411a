"""Texts of the desk, read by admins."""
