"""The rehearsal in the chat: the screens of the real conversation, marked, over a database in memory."""
