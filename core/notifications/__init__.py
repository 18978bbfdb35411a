"""Unsolicited messages: the notification queue, subscriptions and broadcasts."""
