"""The rehearsal: the screens of the real conversation, watermarked, on an in-memory database."""
