"""Rendering and sending of notifications and SMS codes."""
