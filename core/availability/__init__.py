"""Exceptions to an office's hours: closed days, maintenance, a clock in doubt."""
