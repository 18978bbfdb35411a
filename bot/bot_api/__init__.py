"""The Bot API client: HTTP transport, rate limits, deep links."""
