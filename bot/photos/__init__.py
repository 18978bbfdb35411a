"""Uploaded photos: validated before use, and searched for barcodes."""
