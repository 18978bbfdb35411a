"""Backups of a deployment: taking one beside the running service, verifying it, and putting it back.

A backup is a folder: the database as one file, the photos that it names, the keys if a passphrase is given,
and ``manifest.json`` with what is in it. It is written under a temporary name and renamed at the end, so an
interrupted backup is none.
"""

from core.backup.given import read_given, repeated_in
from core.backup.manifest import Manifest
from core.backup.restoring import RestoreRequest, restore
from core.backup.taking import take
from core.backup.verifying import verify

__all__ = ["Manifest", "RestoreRequest", "read_given", "repeated_in", "restore", "take", "verify"]
