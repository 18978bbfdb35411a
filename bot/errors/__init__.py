"""Errors in user input that are found before any domain rule applies."""
