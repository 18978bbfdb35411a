"""Encryption, keyed hashes, signatures; photo files."""
