"""Accounts, identities, admins, bans."""
