"""Texts read by owners."""
