"""Plates, batches and receipts as PNG: words come in, pictures go out; no rule of the domain is here."""
