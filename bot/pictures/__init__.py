"""Rendering of plates, batches, receipts and reports; texts are passed in, no domain rules here."""
