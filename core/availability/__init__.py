"""Exceptions to an office's hours: closed days and maintenance."""
